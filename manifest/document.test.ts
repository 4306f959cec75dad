import { expect, test } from "bun:test";
import { parseDocument } from "./document.ts";

function parse(text: string) {
  const { document, problems } = parseDocument("f.json", text);
  expect(problems).toEqual([]);
  return document!;
}

test("places count lines of every kind and UTF-16 code units", () => {
  const document = parse(`{ "a": 1,\r\n  "é😀": { "b":\r[1,\n  22] } }`);
  const range = ({ line, column, endLine, endColumn }: ReturnType<typeof document.at>) =>
    `${line}:${column}-${endLine}:${endColumn}`;
  expect({
    value: document.value,
    a: range(document.at(["a"])),
    key: range(document.keyAt(["é😀"])),
    list: range(document.at(["é😀", "b"])),
    entry: range(document.at(["é😀", "b", 1])),
    entryAsKey: range(document.keyAt(["é😀", "b", 1])),
    missing: range(document.at(["a", "x", 3])),
    missingKey: range(document.keyAt(["é😀", "b", "x"])),
    all: range(document.keyAt([])),
  }).toEqual({
    value: { a: 1, "é😀": { b: [1, 22] } },
    a: "1:8-1:9",
    key: "2:3-2:8",
    list: "3:1-4:6",
    entry: "4:3-4:5",
    entryAsKey: "4:3-4:4",
    missing: "1:8-1:9",
    missingKey: "2:12-2:15",
    all: "1:1-1:2",
  });
});

test("a byte order mark, comments and trailing commas are no fault", () => {
  const document = parse(`\uFEFF{ /* a */ "a": [1,], // b\n }`);
  expect([document.value, document.at(["a"]).column]).toEqual([{ a: [1] }, 16]);
});

test.each([
  ["{ a: 1 }", '1:3  is no JSON: "a" is neither a string nor a number'],
  ['{ "a": }', '1:8  is no JSON: a value belongs here, not "}"'],
  ['{ "a": [1 }', '1:11  is no JSON: "}" does not close what is open here'],
  ['{ "a": "b\n" }', "1:8  is no JSON: this string has no closing quote on its line"],
  ['{ "a": "\t" }', "1:8  is no JSON: this string holds a control character"],
  ['{ "a": "\\x" }', '1:8  is no JSON: "\\"\\\\x\\"" cannot be read (InvalidEscapeCharacter)'],
  ['{ "a": 1 } /*', "1:12  is no JSON: this comment has no end"],
  ["\u0000", '1:1  is no JSON: "\\u0000" is neither a string nor a number'],
  ["<<<<<<< HEAD", '1:1  is no JSON: "<<<<<<<" is neither a string nor a number'],
])("%j is told where it breaks", (text, expected) => {
  const { document, problems } = parseDocument("f.json", text);
  const lines = problems.map(({ at, message }) => `${at.line}:${at.column}  ${message}`);
  expect({ document, lines }).toEqual({ document: null, lines: [expected] });
});

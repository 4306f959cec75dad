import { describe, expect, test } from "bun:test";
import type { Flavour } from "./flavour.ts";
import { nextStatement, type Splitting } from "./splitter.ts";
import { named } from "./testing.ts";

/** The statements of a text; clients' commands behind a `!`, open ends with what is open. */
function split(flavour: Flavour, text: string, file = true): string[] {
  const how: Splitting = { flavour, file, delimiter: ";" };
  const found: string[] = [];
  for (let at = 0; ; ) {
    const raw = nextStatement(text, at, how, []);
    if (!raw) return found;
    const statement = text.slice(raw.start, raw.end);
    const delimiter = /^delimiter\s+(\S+)/i.exec(statement)?.[1];
    if (raw.kind === "client" && delimiter !== undefined) how.delimiter = delimiter;
    found.push(`${raw.kind === "client" ? "!" : ""}${statement}${raw.open ? ` … ${raw.open}` : ""}`);
    at = raw.next;
  }
}

function table(flavour: Flavour, rows: [text: string, ...expected: string[]][]): void {
  for (const [text, ...expected] of rows) test(text, () => expect(split(flavour, text)).toEqual(expected));
}

describe("SQLite", () => {
  table("sqlite", [
    [
      "select ';' ; select \";\";select `;` ;;select [;] -- ;\n; /* ; */ select 1",
      "select ';'",
      'select ";"',
      "select `;`",
      "select [;]",
      "select 1",
    ],
    ["select 'it\\'; select 'it''s'", "select 'it\\'", "select 'it''s'"],
    [
      "create temp trigger t after insert on a begin select case when 1 then 2 end; delete from b; end; select 1",
      "create temp trigger t after insert on a begin select case when 1 then 2 end; delete from b; end",
      "select 1",
    ],
    [
      "explain query plan create trigger t after insert on a begin select 1; end; select 1",
      "explain query plan create trigger t after insert on a begin select 1; end",
      "select 1",
    ],
    ["begin; commit", "begin", "commit"],
    [
      ".mode csv\n.import a.csv orders\nselect 1;\n  .quit",
      "!.mode csv",
      "!.import a.csv orders",
      "select 1",
      "!.quit",
    ],
    ["select 1 /* open", "select 1"],
    ["select 'open", "select 'open … quote"],
    [
      "create trigger t after insert on a begin select 1;",
      "create trigger t after insert on a begin select 1; … block",
    ],
  ]);
});

describe("MySQL", () => {
  table("mysql", [
    [
      "select ';', \";\", `;`; select 'it\\'s;' # ;\n; select 1--1; select 2 -- ;\n; select 3",
      "select ';', \";\", `;`",
      "select 'it\\'s;'",
      "select 1--1",
      "select 2",
      "select 3",
    ],
    [
      "DELIMITER $$\ncreate procedure p() begin select 1; end$$\nselect '$$'$$\ndelimiter ;\nselect 2;",
      "!DELIMITER $$",
      "create procedure p() begin select 1; end",
      "select '$$'",
      "!delimiter ;",
      "select 2",
    ],
    ["delimiter //\nselect 4 / 2 // select 1\n//", "!delimiter //", "select 4 / 2", "select 1"],
    ["select 1\ndelimiter ;;\nselect 2;;", "select 1", "!delimiter ;;", "select 2"],
    ["select 1\\G select 2\\g", "select 1", "select 2"],
    [
      "source x.sql\n\\. y.sql\nselect `source` from t",
      "!source x.sql",
      "!\\. y.sql",
      "select `source` from t",
    ],
    [
      "begin; select 1; commit; if (1) then select 1; end if; select 2",
      "begin",
      "select 1",
      "commit",
      "if (1) then select 1; end if",
      "select 2",
    ],
    ["begin not atomic select 1; end; select 2", "begin not atomic select 1; end", "select 2"],
    [
      "create procedure p() begin l: loop if x then leave l; end if; end loop l; repeat set x = repeat('a', 3); until case when 1 then 2 end end repeat; while if(1, 2, 3) do begin end; end while; case x when 1 then select 1; else begin end; end case; for i in 1..2 do select i; end for; end; select 2",
      "create procedure p() begin l: loop if x then leave l; end if; end loop l; repeat set x = repeat('a', 3); until case when 1 then 2 end end repeat; while if(1, 2, 3) do begin end; end while; case x when 1 then select 1; else begin end; end case; for i in 1..2 do select i; end for; end",
      "select 2",
    ],
    [
      "create trigger t before insert on a for each row if new.x then set new.x = if(1, 2, 3); end if; select 1",
      "create trigger t before insert on a for each row if new.x then set new.x = if(1, 2, 3); end if",
      "select 1",
    ],
    [
      "create trigger t before insert on a for each row set new.x = if(1, case when 1 then 2 end, 3); select 1",
      "create trigger t before insert on a for each row set new.x = if(1, case when 1 then 2 end, 3)",
      "select 1",
    ],
    [
      "create function if not exists f() returns char(1) character set utf8 return if(1, 2, 3); select 1",
      "create function if not exists f() returns char(1) character set utf8 return if(1, 2, 3)",
      "select 1",
    ],
    [
      "create procedure p() select 1; select t.begin, t.end from t; create table begin (x int)",
      "create procedure p() select 1",
      "select t.begin, t.end from t",
      "create table begin (x int)",
    ],
    [
      "create event e on schedule every 1 day do begin delete from a; end; drop event e",
      "create event e on schedule every 1 day do begin delete from a; end",
      "drop event e",
    ],
    ["create procedure p() begin select 1;", "create procedure p() begin select 1; … block"],
  ]);

  test("clients' commands are files' alone", () =>
    expect(split("mysql", "delimiter //\nselect 1; select 2", false)).toEqual([
      "delimiter //\nselect 1",
      "select 2",
    ]));
});

describe("commands of the clients", () => {
  test(".import fills a table, .open goes elsewhere", () =>
    expect(named("sqlite", ".import --csv --skip 1 'x y.csv' orders\n.open other.db\n.mode csv\n")).toEqual([
      "copy-from orders",
      "act .OPEN other.db",
    ]));
});

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Book, bound, Spoilt } from "./book.ts";

const scratch = mkdtempSync(join(tmpdir(), "freehold-book-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const path = join(scratch, "book");
const entries = new Map(
  Array.from({ length: 300 }, (_, index) => [`key ${index}`, "täxt\n".repeat(index % 7) + index]),
);

function written(bytes: Buffer): Book | null {
  writeFileSync(path, bytes);
  return Book.open(path);
}

test("a book gives back what was written, and null for what was not", () => {
  using book = written(bound(entries));
  for (const [key, text] of entries) expect(book?.get(key)).toBe(text);
  expect(book?.get("another key")).toBeNull();
});

test("an empty book is one", () => {
  using book = written(bound(new Map()));
  expect(book?.get("a key")).toBeNull();
});

/** Every entry reads as it was written, or not at all. */
function expectSound(book: Book | null): void {
  for (const [key, text] of book ? entries : []) {
    try {
      expect(book?.get(key)).toBe(text);
    } catch (error) {
      if (!(error instanceof Spoilt)) throw error;
    }
  }
}

test("wherever a byte is another, no entry reads otherwise than it was written", () => {
  const whole = bound(entries);
  for (let at = 0; at < whole.length; at += 41) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    using book = written(bytes);
    expectSound(book);
  }
});

test("nor where it was cut short", () => {
  const whole = bound(entries);
  for (const length of [0, 5, 20, 600, whole.length - 400, whole.length - 1]) {
    using book = written(whole.subarray(0, length));
    expectSound(book);
  }
});

test("what is not there is no book", () => {
  expect(Book.open(join(scratch, "nowhere"))).toBeNull();
});

import { expect, test } from "bun:test";
import { importOrExplain, loadCst, MissingGrammarError, parseCst } from "./grammar.ts";

const absent: string = "sql-parser-of-nobody";

test("a package that is not installed is one line that says which", async () => {
  const attempt = importOrExplain("mariadb", () => import(absent));
  await expect(attempt).rejects.toThrow(
    new MissingGrammarError(
      "reading MariaDB takes the package sql-parser-cst (GPL-2.0-or-later), which is not installed: bun add sql-parser-cst",
    ),
  );
});

test("a package that is there and broken keeps its own error", async () => {
  const broken = () => Promise.reject(new SyntaxError("unexpected token"));
  await expect(importOrExplain("sqlite", broken)).rejects.toThrow(new SyntaxError("unexpected token"));
});

test("the place of an error counts from the text's start, whatever the lines' ends", async () => {
  await loadCst("sqlite");
  for (const sql of ["select 1\nfrom a\nwhere x form b", "select 1\r\nfrom a -- é💥\r\nwhere x form b"]) {
    expect(parseCst(sql, "sqlite")).toEqual({ ok: false, message: "", offset: sql.indexOf("form") });
  }
});

/** What of a statement is known, where only some of its text is. */
import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

const rows: [text: string, references: string[]][] = [
  ['a ? "select 1 from a" : t', ["31 select a", "36 select ? `t` is not known before it runs"]],
  ["a ? t : `select 1 from b`", ["16 select ? `t` is not known before it runs", "35 select b"]],
  ['a || "delete from b"', ["12 select ? `a` is not known before it runs", "30 delete b"]],
  ['a && "delete from b"', ["30 delete b"]],
  ['base + " where id = $1"', ["12 ? ? `base` is not known before it runs"]],
  ["`${base} limit 1`", ["15 ? ? `base` is not known before it runs"]],
  ["`${base} where x in (select id from b)`", ["15 ? ? `base` is not known before it runs", "48 select b"]],
  ["`${columns} from b`", ["29 select b"]],
  ["`select ${columns} from b, ${more}`", ["36 select b", "41 select ? `more` is not known before it runs"]],
  [
    "`${a}; select * from b; ${c}`",
    [
      "15 select ? `a` is not known before it runs",
      "33 select b",
      "38 select ? `c` is not known before it runs",
    ],
  ],
  [
    '["select *", "from b", where].filter(Boolean).join(" ")',
    ["31 select b", "35 select ? `where` is not known before it runs, and may join more tables"],
  ],
  [
    '"select 1 from b " + rest',
    ["27 select b", "33 select ? `rest` is not known before it runs, and may join more tables"],
  ],
  ['"select 1 from b where c = " + value', ["27 select b"]],
  ["`select 1 from b ${null} ${d ? undefined : '' }`", ["27 select b"]],
  ['["select *"].concat(["from b"]).join(" ")', ["39 select b"]],
  ['"select * ".concat("from b")', ["37 select b"]],
  ["dedent`\n  select * from b`", ["17 select b"]],
  ["String.raw`select * from b where x ~ '\\d'`", ["37 select b"]],
  ['`select * from ${["b", "c"].join(", ")}`', ["31 select b", "36 select c"]],
  ['"select * from b".replace("b", t)', ['12 ? ? the result of "select * from b".replace()']],
  ["queries.get(name)", ["12 ? ? the result of queries.get()"]],
  ["", []],
];

test.each(rows)("pool.query(%s)", async (text, references) => {
  const { lines } = await readCode(
    `import { Pool } from "pg"; const pool = new Pool();\npool.query(${text});`,
  );
  const found = lines.filter((line) => !line.startsWith("open")).map((line) => line.replace(/^\d+:/, ""));
  expect(found).toEqual(references);
});

test("text that is known and that is no SQL is unparsed", async () => {
  const { lines } = await readCode(
    'import { Pool } from "pg"; const pool = new Pool();\npool.query("selct * from b");',
  );
  expect(lines.at(-1)).toBe('unparsed 2:21 syntax error at or near "from"');
});

/**
 * The inputs: a fixed list of extremes, then as many mutations of real statements as the time allows.
 * Input `index` of a seed is always the same one.
 */
import type { HoleType } from "../../analysis/model.ts";
import { type Random, randomOf } from "./fuzz-random.ts";
import { STATEMENTS } from "./lock-cases.ts";

export type FuzzInput =
  /** `template`: `\u{f8ff}` stands for a hole, whose types come in turn. */
  { mode: "file"; text: string } | { mode: "template"; text: string; holes: HoleType[]; whole: boolean };

/** Where a hole stands in a template: a character for private use, which no corpus holds. */
export const HOLE = "\uf8ff";

const HOLES: readonly HoleType[] = ["identifier", "schema", "value", "fragment", "unknown"];
const times = (count: number, text: string) => text.repeat(count);

/** What no sane person writes. Lengths are those that a person could still send. */
const EXTREMES: readonly (() => string)[] = [
  () => "",
  () => " \t\r\n\f\v",
  () => "\ufeff",
  () => "\ufeffselect 1 from a",
  () => "\ufeff\ufeffselect 1 from a",
  () => "\0",
  () => "select 1 from a\0; select 2 from b",
  () => "select '\ud800' from a; select 1 from \udfff",
  () => "select \ud83d from a -- \ude00",
  () => "select '\u2028\u2029\u0085\u00a0' from\u00a0a",
  () => times(200_000, ";"),
  () => times(100_000, "\\\n"),
  () => times(50_000, "select 1;"),
  () => times(50_000, "selec t;\n"),
  () => `select 1 from a where x = '${times(10_000_000, "y")}'`,
  () => `select 1 from ${times(10_000_000, "y")}`,
  () => `select 1 from "${times(10_000_000, "y")}`,
  () => times(10_000_000, " "),
  () => `-- ${times(10_000_000, "-")}`,
  () => `--${times(1_000_000, "-")}`,
  () => `/*${times(10_000_000, "*")}`,
  () => times(2_000_000, "/*"),
  () => times(2_000_000, "*/"),
  () => `select ${times(300_000, "x,")}x from a`,
  () => `insert into a values ${times(100_000, "(1,'x',null),")}(1)`,
  () => `select 1${times(50_000, " + 1")} from a`,
  () => `select 1${times(50_000, "+1")}`,
  () => `select ${times(50_000, "- ")}1`,
  () => `select ${times(50_000, "not ")}true from a`,
  () => `select 1 where true${times(50_000, " and true")}`,
  () => `select 1 where x${times(50_000, " is not null")}`,
  () => `select 'x'${times(50_000, " || 'x'")}`,
  () => `select x${times(50_000, "::int")} from a`,
  () => `select x${times(50_000, "[1]")} from a`,
  () => `select x${times(50_000, ".y")} from a`,
  () => `select x${times(50_000, " collate y")} from a`,
  () => `select x${times(50_000, " at time zone 'x'")} from a`,
  () => `select ${times(50_000, "(")}1${times(50_000, ")")}`,
  () => `select ${times(100_000, "(")}`,
  () => `select ${times(100_000, ")")} from a`,
  () => times(50_000, "("),
  () => `select ${times(20_000, "f(")}1${times(20_000, ")")}`,
  () => `select ${times(20_000, "array[")}1${times(20_000, "]")}`,
  () => `select ${times(20_000, "case when true then ")}1${times(20_000, " end")}`,
  () => `${times(20_000, "select (")}select 1${times(20_000, ")")}`,
  () => `${times(3_000, "select * from (")}select 1 from a${times(3_000, ") x")}`,
  () => `${times(3_000, "with q as (")}select 1 from a${times(3_000, ") select 1 from q")}`,
  () => `select 1 from a${times(20_000, " join b on true")}`,
  () => `select 1 from a${times(20_000, ", b")}`,
  () => `select 1 from a${times(20_000, " natural join b")}`,
  () => `select 1 from ${times(20_000, "(a cross join ")}b${times(20_000, ")")}`,
  () => `select 1 from a${times(20_000, " union select 1 from b")}`,
  () => `${times(20_000, "(select 1 union ")}select 1${times(20_000, ")")}`,
  () => `with ${times(20_000, "q as (select 1 from a), ")}r as (select 1) select 1 from r`,
  () => `with recursive ${times(20_000, "q as (select 1 from q), ")}r as (select 1) select 1 from r`,
  () => `drop table ${times(30_000, "a, ")}b`,
  () => `create table a (${times(5_000, "x int references b, ")}y int)`,
  () => `grant select on ${times(50_000, "a, ")}b to c`,
  () => `alter table a ${times(20_000, "add column x int, ")}drop column y`,
  () => `do $$ begin ${times(20_000, "perform 1 from a; ")}end $$`,
  () => `do $$ ${times(5_000, "begin ")}perform 1 from a; ${times(5_000, "end; ")}$$`,
  () => `do $$ begin ${times(3_000, "if true then ")}delete from a; ${times(3_000, "end if; ")}end $$`,
  () => `do $$ begin execute ${times(5_000, "'select ' || ")}'1 from a'; end $$`,
  () => `do $$ begin execute ${times(2_000, "format('%s', ")}'select 1 from a'${times(2_000, ")")}; end $$`,
  () => nested(12),
  () => `create function f() returns int begin atomic ${times(20_000, "select 1 from a; ")}end`,
  () => `create function f() returns int begin atomic ${times(20_000, "begin atomic ")}`,
  () => `create function f() returns int begin atomic select ${times(20_000, "case ")}`,
  ...["'", '"', "e'", "b'", "u&'", 'u&"', "$$", "$x$", "/*", "(", "[", "{{", "${", ":'", ':"', "\\"].map(
    (open) => () => `select 1 from a; select ${open} from b; select 1 from c`,
  ),
  () => "copy a from stdin;\n1\t2\n3\t4\n",
  () => "copy a from stdin;\n1\t2\n\\.\nselect 1 from b",
  () => "copy a from stdin",
  () => `copy a from stdin;\n${times(1_000_000, "1\t2\n")}\\.\nselect 1 from b`,
  () => times(5_000, "copy a from stdin;\n"),
  () => `${times(5_000, "copy a from stdin;\n")}\\.\n`,
  () => times(5_000, "copy a from stdin;\n1\n\\.\n"),
  () => times(20_000, "${a}"),
  () => times(20_000, "{{a}}"),
  () => times(100_000, "{{"),
  () => times(100_000, "${"),
  () => `select ${times(10_000, ":a ")}`,
  () => times(50_000, "@a@"),
  () => times(10_000, "select 1 from :a.b;\n"),
  () => `select 1 from ${times(20_000, "${a}")}`,
  () => times(50_000, "$a"),
  () => times(50_000, "$a$"),
  () => `select ${times(50_000, "e'\\'")}`,
  () => times(50_000, '"a'),
  () => `comment on table a is ${times(50_000, "''")}`,
  () => `select ${times(100_000, "é")} from ${times(100, "ü")}; select 1 from 😀`,
  () => times(20_000, "create schema "),
  () => times(20_000, "begin; "),
  () => times(5_000, "create temp table a (x int); drop table a; "),
  () => `select 1 from a ${times(100_000, "-- x\n")}`,
  () => `select ${times(100_000, "/**/")} 1 from a`,
  () => times(100_000, "\r"),
  () => times(20_000, "select\r\n1\r\nfrom\r\na;\r\n"),
];

/** A body in a body in a body: the quotes' tags differ. */
function nested(depth: number): string {
  return depth === 0
    ? "delete from a"
    : `do $x${depth}$ begin execute $y${depth}$ ${nested(depth - 1)} $y${depth}$; end $x${depth}$`;
}

const CORPUS: readonly string[] = Object.values(STATEMENTS).flat();

const TOKENS: readonly string[] = (
  "select from where join on using into update set insert values delete truncate table create temp alter drop " +
  "view materialized index trigger rule policy function procedure as begin atomic end do language sql plpgsql " +
  "execute format return query loop if then else case when exists in any all union except with recursive lateral " +
  "only references foreign key constraint partition of attach inherits like copy stdin stdout to lock explain analyze " +
  "prepare declare cursor for grant comment is null reindex cluster vacuum merge matched do nothing returning schema " +
  'a b c app.accounts "Mixed Case" "a""b" public pg_temp excluded new old x.* * ( ) [ ] , ; . :: := = => <> || + - / % ' +
  "1 1.5e10 'x' e'\\'x' $1 $$x$$ $t$ $$ ' \" -- /* */ :v :'v' :\"v\" ${h} {{h}} @x@ \\c \\gset \\. %rowtype %type ::regclass é 😀 \0 \ufeff"
).split(" ");

const SEPARATORS: readonly string[] = [
  ";",
  ";\n",
  "\n",
  "\r\n",
  ";;",
  " ",
  "\n\n-- x\n",
  "; -- x\n",
  "\\;",
  "\n/* ; */\n",
];

const WRAPPERS: readonly ((sql: string) => string)[] = [
  (sql) => `do $$ begin ${sql}; end $$`,
  (sql) => `create function f() returns void language plpgsql as $f$ begin ${sql}; end $f$`,
  (sql) => `create function f() returns void language sql as '${sql.replaceAll("'", "''")}'`,
  (sql) => `create procedure f() begin atomic ${sql}; end`,
  (sql) => `do $$ begin execute '${sql.replaceAll("'", "''")}'; end $$`,
  (sql) => `do $$ begin execute format('${sql.replaceAll("'", "''")}', 'a', b); end $$`,
  (sql) => `explain ${sql}`,
  (sql) => `create view v as ${sql}`,
  (sql) => `create rule r as on insert to a do also (${sql})`,
  (sql) => `with q as (${sql}) select * from q`,
  (sql) => `-- +goose Up\n${sql};\n-- +goose Down\n${sql}`,
  (sql) => `copy (${sql}) to stdout`,
  (sql) => `${sql} \\gexec\n`,
  (sql) => `select * from (${sql}) x`,
];

/** How many inputs come before the mutations. */
export const EXTREME_COUNT = EXTREMES.length;

/** Input number `index` of a seed. */
export function fuzzInput(seed: number, index: number): FuzzInput {
  const extreme = EXTREMES[index];
  if (extreme) return { mode: "file", text: extreme() };
  const random = randomOf(seed, index);
  let text = statement(random);
  while (random.chance(0.4)) text += random.pick(SEPARATORS) + statement(random);
  const mutations = random.int(6);
  for (let i = 0; i < mutations; i++) text = mutate(text, random);
  if (random.chance(0.05)) text = `\ufeff${text}`;
  if (random.chance(0.6)) return { mode: "file", text };
  const holes: HoleType[] = [];
  for (let i = random.int(4); i > 0; i--) {
    const at = random.int(text.length + 1);
    const gone = random.chance(0.5) ? random.int(8) : 0;
    text = text.slice(0, at) + HOLE + text.slice(at + gone);
  }
  for (const sign of text) if (sign === HOLE) holes.push(random.pick(HOLES));
  return { mode: "template", text, holes, whole: random.chance(0.6) };
}

function statement(random: Random): string {
  let sql = random.pick(CORPUS);
  while (random.chance(0.25)) sql = random.pick(WRAPPERS)(sql);
  return sql;
}

function mutate(text: string, random: Random): string {
  const at = random.int(text.length + 1);
  const width = 1 + random.int(random.chance(0.2) ? 40 : 6);
  switch (random.int(9)) {
    case 0:
      return text.slice(0, at) + text.slice(at + width);
    case 1:
      return (
        text.slice(0, at) +
        String.fromCharCode(random.int(random.chance(0.7) ? 128 : 65_536)) +
        text.slice(at)
      );
    case 2:
      return `${text.slice(0, at)} ${random.pick(TOKENS)} ${text.slice(at)}`;
    case 3:
      return text.slice(0, at) + text.slice(at, at + width).repeat(1 + random.int(5)) + text.slice(at);
    case 4:
      return text.slice(0, at);
    case 5: {
      const words = text.split(/(\s+)/);
      words[random.int(words.length)] = random.pick(TOKENS);
      return words.join("");
    }
    case 6: {
      const other = random.pick(CORPUS);
      return text.slice(0, at) + other.slice(random.int(other.length));
    }
    case 7: {
      const words = text.split(/\b/);
      const one = random.int(words.length);
      const other = random.int(words.length);
      [words[one], words[other]] = [words[other] ?? "", words[one] ?? ""];
      return words.join("");
    }
    default:
      return (
        text.slice(0, at) +
        random.pick(TOKENS).repeat(1 + random.int(random.chance(0.1) ? 3000 : 3)) +
        text.slice(at)
      );
  }
}

/** Words that read like SQL and reach no database. */
import { expect, test } from "bun:test";
import { readCode } from "../../fixtures/adapter-tester.ts";

const lines = [
  'console.log("select * from users")',
  'logger.info("delete from cache"); this.logger.warn("update users set x = 1"); log.debug(`insert into queue values (${x})`)',
  'throw new Error("select * from errors failed")',
  'throw new QueryError("drop table x", "select 1 from y")',
  'describe("select * from users", () => { it("delete from users", () => {}); test("insert into users", () => {}); })',
  'expect(text).toBe("select * from expected"); expect(query).toEqual({ text: "select * from expected" })',
  'assert.equal(text, "select * from asserted"); assert(text, "select * from asserted")',
  "gql`query { select from users }`; graphql`mutation { delete from users }`; client.query({ query: gql`{ users }` })",
  "html`<select><option>delete from x</option></select>`; css`select * from y`",
  'const pattern = /select \\* from users/; new RegExp("select .* from users"); text.match("select 1 from m")',
  'const words = { description: "delete from the list", title: "update settings set" }; const doc = "select * from docs"',
  't("select from the list"); i18n.t("delete from your profile"); toast.error("delete from cart failed")',
  'program.description("select from x"); yargs.option("delete", { describe: "delete from y" })',
  'url.searchParams.get("select from"); document.querySelector("select from"); router.query("from")',
  'fetch("https://example.org/select * from y"); axios.post("/graphql", { query: "query { users }" })',
  'span.setAttribute("db.statement", "select * from traced"); Sentry.captureMessage("delete from sentry")',
  'z.string().describe("select from the list"); name.startsWith("select * from a"); keys.includes("delete from b")',
  'cache.set("select * from cached", 1); seen.has("select * from cached"); text.replace("select * from a", "b")',
  'fs.writeFileSync("a.sql", "create table written (id int)"); mock.mockReturnValue("select * from mocked")',
  'begin("begin"); commit("commit"); set("set"); merge("merge branch"); grant("grant access")',
  '"use strict"; const verb = "select"; const from = "from users"',
];

test.each(lines)("%s", async (code) => {
  const { lines } = await readCode(`import { Pool } from "pg";\n${code};`);
  expect(lines).toEqual([]);
});

/**
 * `freehold bench [NAME] [FLAGS]`, or `bun run bench …`: one benchmark, by its name; the audit buffer's unless one is named.
 */
const benches = {
  audit: "what an audit event costs a request: a blocking INSERT against the buffer, and peers",
  check: "how fast a check is, cold, warm and staged, and next to what one would use instead",
  embedded: "how long the embedded PostgreSQL takes to start",
  load: "how many requests a second gatekeeper answers, with its audit log off, blocking and buffered",
  migrate: "how long migrations take, over a road of 2 ms, too; --peers: other runners beside it",
  sql: "how fast and how completely SQL is read",
  truth: "how truly each client is read, over files that say which tables they touch",
} as const;

const [first = "audit", ...rest] = process.argv.slice(2);
const named = Object.hasOwn(benches, first);
const list = Object.entries(benches)
  .map(([name, what]) => `  ${name.padEnd(10)} ${what}`)
  .join("\n");
if (first === "--help" || first === "-h") {
  console.log(
    `freehold bench [NAME] [FLAGS]\n\n${list}\n\nfreehold bench NAME --help says which flags it has.\n\nExamples:\n  freehold bench\n  freehold bench migrate --peers --svg migrate.svg`,
  );
  process.exit(0);
}
if (!named && !first.startsWith("-")) {
  console.error(`there is no benchmark "${first}"; there are\n${list}`);
  process.exit(2);
}
const [name, flags] = named ? [first, rest] : ["audit", [first, ...rest]];
const child = Bun.spawn([process.execPath, `${import.meta.dir}/${name}.ts`, ...flags], {
  stdio: ["inherit", "inherit", "inherit"],
});
process.exit(await child.exited);

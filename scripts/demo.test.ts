import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownershipTable } from "./demo-ownership.ts";

const file = join(import.meta.dir, "demo.ts");

/** Starts the demo with a home and a folder for temporary files of its own, by which all that it starts can be told. */
function start(command = [file]) {
  const place = mkdtempSync(join(tmpdir(), "fh-"));
  const child = Bun.spawn([process.execPath, ...command], {
    env: { PATH: process.env["PATH"] ?? "", HOME: place, TMPDIR: place },
    stdout: "pipe",
    stderr: "pipe",
  });
  return { child, place, [Symbol.dispose]: () => rmSync(place, { recursive: true, force: true }) };
}

/** The demo, interrupted as it says something: whoever read it first could come too late, when all is over. */
const interruptedAt = (moment: string) => [
  "-e",
  `import { main } from ${JSON.stringify(file)};
   import { terminal } from ${JSON.stringify(join(import.meta.dir, "terminal.ts"))};
   const io = terminal();
   const out = (text) => {
     io.out(text);
     if (text.includes(${JSON.stringify(moment)})) process.kill(process.pid, "SIGINT");
   };
   process.exit(await main({ ...io, out }));`,
];

/** Processes, other than this one, that know of a path. */
function processesOf(place: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const text = ["environ", "cmdline"]
        .map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8"))
        .join("\0");
      if (text.includes(place) && Number(pid) !== process.pid) found.push(text.replaceAll("\0", " "));
    } catch {
      // Gone in the meantime.
    }
  }
  return found;
}

async function nothingLeft(place: string): Promise<void> {
  if (process.platform === "linux") while (processesOf(place).length > 0) await Bun.sleep(10);
  expect(readdirSync(place).filter((name) => name.startsWith("freehold-"))).toEqual([]);
}

describe("the demo", () => {
  test("runs to its end, and leaves nothing behind", async () => {
    using demo = start();
    const [out, err, code] = await Promise.all([
      demo.child.stdout.text(),
      demo.child.stderr.text(),
      demo.child.exited,
    ]);
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(out).not.toContain("\u001b");
    const lines = out.split("\n").filter((line) => /^(\d|Where)|✓|✗|deny|error /.test(line));
    expect(
      `\n${lines.join("\n").replaceAll(/\d+(\.\d+)? (ms|s|files)|\d+ references|\d+ own/g, "…")}\n`,
    ).toMatchInlineSnapshot(`
      "
      1  Is each table of the reference platform touched by its owner alone?
        ✓ no findings · …, … (…, 0 foreign, 0 unowned, 0 unresolved) · …
      2  What if guardian helped itself to gatekeeper's audit log? (in a copy)
        services/guardian/recent.ts:5:30  error  cross-service-read
        ✗ 1 error, 0 warnings · …, … (…, 1 foreign, 0 unowned, 0 unresolved) · …
        ✓ no findings · …, … (…, 0 foreign, 0 unowned, 0 unresolved) · …
      3  A PostgreSQL of its own, and every service's migrations up to head
        ✓ gatekeeper  version 3  applied 001_create_audit_log (…), 002_audit_log_by_month (…), 003_lighter_indexes (…)
        ✓ guardian    version 1  applied 001_create_agent_badges (…)
        ✓ telemetry   version 2  applied 001_create_system_telemetry (…), 002_create_usage_stats (…)
        ✓ lobby       version 1  applied 001_create_history (…)
        ✓ router      version 1  applied 001_create_routes (…)
      4  What does an audit event cost a request?
      5  The platform runs, each service under its own role: a request through router and gatekeeper
        3  stranger       POST /lobby/rooms/hall/messages   deny
      6  Who owns what
      Where to go next
      …
      "
    `);
    await nothingLeft(demo.place);
  }, 240_000);

  test("leaves nothing behind, wherever it is interrupted", async () => {
    const moments = ["2  What if", "4  What does", "5  The platform", "operator:ada"];
    const outcomes = await Promise.all(
      moments.map(async (moment) => {
        using demo = start(interruptedAt(moment));
        const [seen, err] = await Promise.all([demo.child.stdout.text(), demo.child.stderr.text()]);
        const code = await demo.child.exited;
        await nothingLeft(demo.place);
        return { moment: seen.includes(moment), end: seen.includes("Where to go next"), err, code };
      }),
    );
    expect(outcomes).toEqual(moments.map(() => ({ moment: true, end: false, err: "", code: 130 })));
  }, 240_000);
});

test("who owns what is shown in columns", () => {
  const rows = [
    { table: "audit_log", owner: "gatekeeper", readers: ["gatekeeper", "guardian"], writers: ["gatekeeper"] },
    { table: "history", owner: "lobby", readers: [], writers: [] },
  ];
  expect(ownershipTable(rows)).toEqual([
    "table       owner        read by                written by",
    "audit_log   gatekeeper   gatekeeper, guardian   gatekeeper",
    "history     lobby        nobody                 nobody",
  ]);
});

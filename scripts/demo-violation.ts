/** The demo's deliberate violation: a copy of the platform in which guardian helps itself, and the way out. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "jsonc-parser";

/** The file that is added to guardian. */
export const culprit = "services/guardian/recent.ts";

/** Reads gatekeeper's table behind gatekeeper's back. */
export const violation = `import type { Sql } from "freehold/connect";

/** Who has been busy lately? */
export const recentActors = (sql: Sql) => sql\`
  select distinct actor from audit_log where at > now() - interval '1 day'\`;
`;

/** Asks gatekeeper instead. */
export const wayOut = `/** Who has been busy lately? Gatekeeper knows. */
export async function recentActors(gatekeeper: URL): Promise<Set<string>> {
  const answer = await fetch(new URL("/audit?limit=500", gatekeeper));
  const { events } = (await answer.json()) as { events: { actor: string }[] };
  return new Set(events.map(({ actor }) => actor));
}
`;

export interface Copy extends Disposable {
  root: string;
  /** Writes the culprit. */
  write(text: string): void;
}

/** Copies the platform into a folder of its own, gone at the end of the block that it is `using`. */
export function copyPlatform(from: string): Copy {
  const root = mkdtempSync(join(tmpdir(), "freehold-demo-"));
  cpSync(join(from, "services"), join(root, "services"), { recursive: true });
  const manifest = parse(readFileSync(join(from, "freehold.json"), "utf8"));
  // The toolkit's own folders, which these leave out, are not in the copy.
  const { ignore: _, $schema: __, ...rest } = manifest;
  writeFileSync(join(root, "freehold.json"), `${JSON.stringify(rest, null, 2)}\n`);
  return {
    root,
    write: (text) => writeFileSync(join(root, culprit), text),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** freehold on a generated monorepo: its answer held against the known accesses, then cold, warm and staged. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateMonorepo, type KnownAccess, type MonorepoOptions } from "./monorepo.ts";
import { type Measured, measure, type Run, run } from "./run.ts";
import { git, writeRepository } from "./write.ts";

export interface Generated extends Disposable {
  root: string;
  /** Where freehold keeps what it read. */
  cache: string;
  files: number;
  accesses: readonly KnownAccess[];
}

/** Makes the monorepo on disk, and knows each of its accesses. */
export function generate(options: MonorepoOptions): Generated {
  const scratch = mkdtempSync(join(tmpdir(), "freehold-check-"));
  const root = join(scratch, "workspace");
  const { files, accesses } = generateMonorepo(options);
  writeRepository(root, files);
  const [cache, count] = [join(scratch, "cache"), files.size];
  const dispose = () => rmSync(scratch, { recursive: true, force: true });
  return { root, cache, files: count, accesses, [Symbol.dispose]: dispose };
}

export interface OursMeasured {
  files: number;
  cold: Measured;
  warm: Measured;
  /** With a line more at the end of each file. */
  staged: Measured;
  /** With a line more at the beginning, so that all that the files say stands elsewhere. */
  moved: Measured;
}

const freehold = [
  process.execPath,
  "--config=/dev/null",
  "--no-env-file",
  join(import.meta.dir, "../../scripts/cli.ts"),
];

const maker = join(import.meta.dir, "../../scripts/bundle/make.ts");

/** 1 stands for findings: the generated services do read each other's tables. */
const answers = ({ code }: Run) => code === 0 || code === 1;

/** @throws Error where the answer is not the known one */
export async function measureOurs(monorepo: Generated, runs: number): Promise<OursMeasured> {
  const { root, cache, files } = monorepo;
  // As after `freehold hook install`; FREEHOLD_BUNDLE=off measures the sources.
  if (process.env["FREEHOLD_BUNDLE"] !== "off") await run([process.execPath, maker], root);
  await verify(monorepo);
  const check = [...freehold, "check", "--format", "json", "--cache-dir", cache];
  const cold = await measure(runs, check, root, {
    before: () => rmSync(cache, { recursive: true, force: true }),
    passes: answers,
  });
  // Once more: files that were only just written are read again before their stats are believed.
  await run(check, root);
  const warm = await measure(runs, check, root, { passes: answers });
  const stores = monorepo.accesses.map(({ file }) => file);
  const three = [...new Set(stores)].filter((_, index) => index % 11 === 5).slice(0, 3);
  const staged = await measure(runs + 1, [...check, "--staged"], root, {
    before: (index) => {
      for (const file of three) appendFileSync(join(root, file), `export const edit${index} = ${index};\n`);
      git(root, "add", "--", ...three);
    },
    passes: answers,
  });
  const moved = await measure(runs + 1, [...check, "--staged"], root, {
    before: (index) => {
      for (const file of three) {
        const path = join(root, file);
        writeFileSync(path, `// ${"x".repeat(index + 1)}\n${readFileSync(path, "utf8")}`);
      }
      git(root, "add", "--", ...three);
    },
    passes: answers,
  });
  return { files, cold, warm, staged, moved };
}

/** Holds every access that is found in code against every one that is known, both ways. */
async function verify({ root, accesses }: Generated): Promise<void> {
  const { out, err } = await run([...freehold, "facts", "--format", "jsonl", "--no-cache"], root);
  const found = out
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Omit<KnownAccess, "access"> & { access: string })
    .filter(({ file, access }) => access !== "schema" && !file.endsWith(".sql"));
  const key = ({ file, line, table, access, verdict }: (typeof found)[number]) =>
    `${file}:${line} ${access} ${table} ${verdict}`;
  const [known, said] = [new Set(accesses.map(key)), new Set(found.map(key))];
  const missed = [...known].filter((one) => !said.has(one));
  const wrong = [...said].filter((one) => !known.has(one));
  if (missed.length + wrong.length > 0)
    throw new Error(
      `the answer is not the known one: ${missed.length} missed, ${wrong.length} wrong: ${missed[0] ?? wrong[0] ?? err}`,
    );
}

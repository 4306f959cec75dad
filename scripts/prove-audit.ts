/** `freehold prove audit`: every way in which the audit log promises to lose nothing, tried. */
import { faultNames, proveAudit } from "../deploy/prove/audit.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";

export interface ProveAuditOptions {
  seed?: number;
  kills?: number;
  only?: string;
  long?: boolean;
  deadlineMs?: number;
}

const usualKills = 50;

/** 0 if all promises held, 1 if one did not. */
export async function run(options: ProveAuditOptions, io: Io): Promise<number> {
  const {
    seed = Math.floor(Math.random() * 1_000_000),
    kills = usualKills,
    only = "",
    long = false,
    deadlineMs,
  } = options;
  if (!faultNames.some((name) => name.includes(only)))
    throw new ExpectedError(`no fault's name holds "${only}": there are ${faultNames.join(", ")}`);
  io.out(`seed ${seed}\n`);
  const width = Math.max(...faultNames.map((name) => name.length));
  const problems = await proveAudit({
    seed,
    kills,
    only,
    long,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    signal: io.signal,
    onStart: (name) => io.status(`${name} …`),
    onFault({ name, count, stored, announced, problems, ms }) {
      const sign = problems.length > 0 ? io.color.red("✗") : io.color.green("✓");
      const told = announced > 0 ? `, ${announced} announced as missing or refused` : "";
      io.out(
        `${sign} ${name.padEnd(width)}  ${count}; ${stored} events stored${told} (${(ms / 1000).toFixed(1)} s)\n`,
      );
      for (const problem of problems) io.out(`    ${problem}\n`);
    },
  });
  io.out(
    problems.length === 0
      ? "nothing that was confirmed is lost, nothing is there twice, and nothing is missing unannounced\n"
      : `${problems.length} promises did not hold; --seed ${seed} --kills ${kills}${long ? " --long" : ""} makes the same choices again\n`,
  );
  return problems.length === 0 ? exitCodes.clean : exitCodes.findings;
}

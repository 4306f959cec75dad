/** `--budget 'p99<100us,ratio>100'`: limits that fail the run, for CI. */
import { type AuditBench, measures } from "./result.ts";

export interface Limit {
  text: string;
  name: string;
  sign: "<" | ">";
  /** In the measure's own unit. */
  bound: number;
}

/** A budget that cannot be read, in one line. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
}

const units = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, x: 1, "×": 1, "%": 0.01, "": 1 } as const;
const times = ["ns", "us", "µs", "ms", "s"];
/** What can be named, beside each contender's `insert.p99` and the like. */
const names = [
  "p50",
  "p99",
  "p999",
  "ratio",
  "ratio99",
  "stored",
  "open99",
  "rows",
  "share",
  "flusher",
  "durable",
  "stop",
  "ack",
  "outage",
];
const durations = /^(p50|p99|p999|stored|open99|durable|stop|\w+\.p(50|99))$/;

/** @throws {BudgetError} for a limit that is none */
export function readBudget(text: string): Limit[] {
  return text.split(",").map((part) => {
    const found = /^\s*([\w.]+)\s*([<>])\s*(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|x|×|%|)\s*$/.exec(part);
    if (!found)
      throw new BudgetError(`--budget: "${part.trim()}" is no limit; one is p99<100us or ratio>100`);
    const [, name, sign, number, unit] = found as unknown as [
      string,
      string,
      "<" | ">",
      string,
      keyof typeof units,
    ];
    if (!names.includes(name) && !durations.test(name))
      throw new BudgetError(`--budget: there is no measure "${name}"; there are ${names.join(", ")}`);
    if (durations.test(name) !== times.includes(unit))
      throw new BudgetError(
        durations.test(name)
          ? `--budget: ${name} is a time: write its unit, as in ${name}<100us`
          : `--budget: ${name} is no time, so ${unit} is not its unit`,
      );
    return { text: part.trim(), name, sign, bound: Number(number) * units[unit] };
  });
}

/** The limits that do not hold, a line each. */
export function overBudget(bench: AuditBench, limits: readonly Limit[]): string[] {
  const found = measures(bench);
  return limits.flatMap(({ text, name, sign, bound }) => {
    const measure = found[name];
    if (!measure) return [`${text}: ${name} was not measured in this run`];
    const { median } = measure.value;
    return (sign === "<" ? median < bound : median > bound)
      ? []
      : [`${text}: it is ${Number(median.toPrecision(3))} ${measure.unit}`];
  });
}

import type { MigrationFile, Rule } from "../analysis/model.ts";

export const migrationOrder: Rule = {
  id: "migration-order",
  severity: "error",
  summary: "Disallow migrations with the same number, and numbers that are left out.",
  why: "Two migrations of one number run in an order that nobody decided, and a number that turns up later than the next one is never applied where that one was.",
  fix: "Give each migration the next free number.",
  examples: {
    bad: {
      "services/billing/migrations/002_due.sql": "alter table invoices add due date;\n",
      "services/billing/migrations/002_paid.sql": "alter table invoices add paid date;\n",
    },
    good: {
      "services/billing/migrations/002_due.sql": "alter table invoices add due date;\n",
      "services/billing/migrations/003_paid.sql": "alter table invoices add paid date;\n",
    },
  },

  *check({ migrations }) {
    const folders = Map.groupBy(
      migrations.filter(({ down, version, file }) => !down && version !== null && !isBaseline(file)),
      ({ service, folder }) => `${service}\0${folder}`,
    );
    for (const files of folders.values()) {
      yield* doubles(files);
      yield* gaps(files);
    }
  },
};

function* doubles(files: readonly MigrationFile[]) {
  const first = new Map<string, MigrationFile>();
  for (const one of files) {
    const number = (one.version ?? "").replaceAll(/(^|\.)0+(?=\d)/g, "$1").replace(/(?:\.0)+$/, "");
    const other = first.get(number);
    if (!other) first.set(number, one);
    else
      yield {
        at: one.at,
        message: `${one.service} has two migrations with the number ${one.version}: ${other.file} and ${one.file}`,
        help: "give the one that has not landed yet the next free number",
        related: [{ at: other.at, message: `${other.file} has it, too` }],
        subject: { services: [one.service] },
      };
  }
}

function* gaps(files: readonly MigrationFile[]) {
  if (!files.every(isCounted)) return;
  const numbers = files.map((one) => ({ one, number: Number(one.version) }));
  numbers.sort((a, b) => a.number - b.number);
  const steps = numbers.slice(1).map(({ number }, at) => number - (numbers[at]?.number ?? 0));
  // 010, 020, 030: room is left on purpose.
  if (steps.reduce(greatestDivisor, 0) > 4) return;
  for (const [at, { one, number }] of numbers.entries()) {
    const before = numbers[at - 1];
    if (!before || number <= before.number + 1) continue;
    const width = one.version?.length ?? 0;
    const least = String(before.number + 1).padStart(width, "0");
    const most = String(number - 1).padStart(width, "0");
    yield {
      at: one.at,
      message: `${one.service} has no migration ${least === most ? least : `${least} to ${most}`}, between ${before.one.file} and ${one.file}`,
      help: "give this one the next free number, or bring back what is missing",
      related: [{ at: before.one.at, message: `${before.one.file} is the one before` }],
      subject: { services: [one.service] },
    };
  }
}

/** Flyway's B files stand for all up to their number, which one of these has, too. */
function isBaseline(file: string): boolean {
  return /^B\d/.test(file);
}

/** `001_name.sql`, one after the other: not a time, and not of a tool that lets numbers out. */
function isCounted({ file, version, sectioned }: MigrationFile): boolean {
  return /^\d{1,6}_[^/]*\.sql$/.test(file) && !/\.up\.sql$/i.test(file) && !sectioned && version !== null;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** What came of migrating, as a line for people and as an object for programs. */
import { describeInvalid, isGood, type MigrationOutcome } from "../deploy/mod.ts";
import { DatabaseConfigError, DatabaseUnavailableError } from "../runtime/connect/mod.ts";
import { type MigrationEntry, MigrationError, type MigrationProgress } from "../runtime/migrate/mod.ts";
import type { Io } from "./io.ts";

type Paint = Io["color"];

/** What an outcome is of: the tenant, where there are tenants, and the service. */
export function leadOf({ tenant, service }: { tenant: string | null; service: string }): string {
  return tenant === null ? service : `${tenant} ${service}`;
}

/** One outcome as it is printed. */
export function describe(outcome: MigrationOutcome, width: number, color: Paint): string {
  const lead = leadOf(outcome).padEnd(width);
  const good = (text: string) => `${color.green("✓")} ${lead}  ${text}`;
  switch (outcome.kind) {
    case "migrated": {
      const { version, applied, ahead } = outcome.result;
      const what = applied.map(({ name, durationMs }) => `${name} (${durationMs} ms)`).join(", ");
      const newer = ahead.length > 0 ? `, newer than its folder by ${ahead.join(", ")}` : "";
      return good(`version ${version}  ${what ? `applied ${what}` : "nothing to do"}${newer}`);
    }
    case "verified":
      return good(`version ${outcome.result.version}  at head, as the files say`);
    case "undone": {
      const { version, undone } = outcome.result;
      return good(
        `version ${version}  ${undone.length > 0 ? `took back ${undone.join(", ")}` : "nothing to do"}`,
      );
    }
    case "stamped": {
      const { stamped } = outcome.result;
      return good(
        stamped.length > 0 ? `noted as applied: ${stamped.join(", ")}` : "the history has them all",
      );
    }
    case "repaired": {
      const lines = outcome.result.repaired.map(({ name, what }) => `${name}: ${what}`);
      return good(lines.length > 0 ? lines.join("; ") : "nothing to repair");
    }
    case "status":
      return [
        statusLines(leadOf(outcome), outcome.entries, color),
        ...outcome.invalidIndexes.map((index) => `  ${color.red("✗")} ${describeInvalid(index)}`),
      ].join("\n");
    case "nothing":
      return color.dim(`– ${lead}  ${outcome.reason}`);
    case "refused":
      return `${color.red("✗")} ${lead}  ${outcome.reason}`;
    case "held-back":
      return `${color.yellow("–")} ${lead}  held back: it failed for a tenant that was tried first`;
    case "guarded":
      return `${color.red("✗")} ${lead}  ${outcome.findings.map(({ message }) => message).join("; ")}`;
    case "failed":
      // The message names the service, or its file, itself.
      return `${color.red("✗")} ${outcome.tenant === null ? "" : `${outcome.tenant}: `}${messageOf(outcome.error)}`;
  }
}

function statusLines(title: string, entries: MigrationEntry[], color: Paint): string {
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  const lines = entries.map(({ name, state, applied }) => {
    const paint = state === "applied" ? color.green : state === "pending" ? color.yellow : color.red;
    const done = applied?.progress ? `  ${progressOf(applied.progress)}` : "";
    const when = applied
      ? `${done}  ${applied.appliedAt.toISOString()}  ${applied.durationMs} ms  by ${applied.appliedBy}, freehold ${applied.toolVersion}`
      : "";
    return `  ${name.padEnd(width)}  ${paint(state.padEnd(10))}${when}`.trimEnd();
  });
  return [color.bold(title), ...lines].join("\n");
}

function progressOf({ way, statements }: MigrationProgress): string {
  if (statements === undefined) return way === "up" ? "begun" : "being taken back";
  return `${statements} ${statements === 1 ? "statement" : "statements"} ${way === "up" ? "done" : "taken back"}`;
}

/** One outcome for programs; dates as ISO 8601 in UTC. */
export function outcomeJson(outcome: MigrationOutcome): object {
  const told = serviceJson(outcome);
  return outcome.tenant === null ? told : { tenant: outcome.tenant, ...told };
}

function serviceJson(outcome: MigrationOutcome): object {
  switch (outcome.kind) {
    case "migrated":
    case "verified":
    case "undone":
    case "stamped":
    case "repaired":
      return { ...outcome.result, outcome: outcome.kind };
    case "status": {
      const migrations = outcome.entries.map(({ version, name, state, applied }) => ({
        version,
        name,
        state,
        appliedAt: applied?.appliedAt ?? null,
        durationMs: applied?.durationMs ?? null,
        appliedBy: applied?.appliedBy ?? null,
        toolVersion: applied?.toolVersion ?? null,
        progress: applied?.progress ?? null,
      }));
      const { invalidIndexes } = outcome;
      return { service: outcome.service, outcome: outcome.kind, migrations, invalidIndexes };
    }
    case "guarded": {
      const findings = outcome.findings.map(({ rule, message, help, at }) => ({
        rule,
        message,
        help,
        ...at,
      }));
      return { service: outcome.service, outcome: outcome.kind, findings };
    }
    case "failed": {
      const { error } = outcome;
      const problem = error instanceof MigrationError ? error.problem : "unavailable";
      const place = error instanceof MigrationError ? error.place : null;
      return { service: outcome.service, outcome: outcome.kind, problem, message: messageOf(error), place };
    }
    case "held-back":
      return { service: outcome.service, outcome: outcome.kind };
    default:
      return { service: outcome.service, outcome: outcome.kind, reason: outcome.reason };
  }
}

/** What a person can mend is one message; anything else is a fault of the tool. */
export function isExpected(error: unknown): error is Error {
  return (
    error instanceof MigrationError ||
    error instanceof DatabaseConfigError ||
    error instanceof DatabaseUnavailableError
  );
}

function messageOf(error: unknown): string {
  return isExpected(error) ? error.message : String(error);
}

/** How many tenants are through, and which of them are not as they should be. */
export class TenantCount {
  readonly total: number;
  readonly #left = new Map<string, number>();
  readonly #failed = new Set<string>();
  readonly #heldBack = new Set<string>();

  constructor(tenants: readonly string[]) {
    this.total = tenants.length;
  }

  /** @param targets all of the run, by which it is known when a tenant is through */
  add({ tenant, ...outcome }: MigrationOutcome, targets: readonly { tenant: string | null }[]): void {
    if (tenant === null) return;
    const left = this.#left.get(tenant) ?? targets.filter((target) => target.tenant === tenant).length;
    this.#left.set(tenant, left - 1);
    if (outcome.kind === "held-back") this.#heldBack.add(tenant);
    else if (!isGood({ tenant, ...outcome })) this.#failed.add(tenant);
  }

  #done(): number {
    return [...this.#left.values()].filter((left) => left === 0).length;
  }

  line(columns: number): string {
    const failed = this.#failed.size > 0 ? `, ${this.#failed.size} failed` : "";
    return `${bar(this.#done(), this.total, columns)} ${this.#done()} of ${this.total} tenants${failed}`;
  }

  summary(): string {
    const good = this.#done() - this.#failed.size - this.#heldBack.size;
    const parts = [`${good} of ${this.total} tenants are well`];
    if (this.#failed.size > 0) parts.push(`failed: ${[...this.#failed].join(", ")}`);
    if (this.#heldBack.size > 0) parts.push(`held back: ${this.#heldBack.size}`);
    return parts.join("; ");
  }
}

/** A bar of a fifth of the line. */
export function bar(done: number, total: number, columns: number): string {
  const size = Math.max(5, Math.floor(columns / 5));
  const full = total === 0 ? size : Math.floor((done / total) * size);
  return "█".repeat(full) + "░".repeat(size - full);
}

/** What came of migrating, as a line for people and as an object for programs. */
import type { MigrationOutcome } from "../deploy/mod.ts";
import { DatabaseConfigError, DatabaseUnavailableError } from "../runtime/connect/mod.ts";
import { type MigrationEntry, MigrationError } from "../runtime/migrate/mod.ts";
import type { Io } from "./io.ts";

type Paint = Io["color"];

/** One outcome as it is printed. */
export function describe(outcome: MigrationOutcome, width: number, color: Paint): string {
  const lead = outcome.service.padEnd(width);
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
      return statusLines(outcome.service, outcome.entries, color);
    case "nothing":
      return color.dim(`– ${lead}  ${outcome.reason}`);
    case "refused":
      return `${color.red("✗")} ${lead}  ${outcome.reason}`;
    case "guarded":
      return `${color.red("✗")} ${lead}  ${outcome.findings.map(({ message }) => message).join("; ")}`;
    case "failed":
      // The message names the service, or its file, itself.
      return `${color.red("✗")} ${messageOf(outcome.error)}`;
  }
}

function statusLines(service: string, entries: MigrationEntry[], color: Paint): string {
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  const lines = entries.map(({ name, state, applied }) => {
    const paint = state === "applied" ? color.green : state === "pending" ? color.yellow : color.red;
    const done = applied?.progress ? `  ${progressOf(applied.progress)}` : "";
    const when = applied
      ? `${done}  ${applied.appliedAt.toISOString()}  ${applied.durationMs} ms  by ${applied.appliedBy}, freehold ${applied.toolVersion}`
      : "";
    return `  ${name.padEnd(width)}  ${paint(state.padEnd(10))}${when}`.trimEnd();
  });
  return [color.bold(service), ...lines].join("\n");
}

function progressOf({ way, statements }: { way: "up" | "down"; statements: number }): string {
  return `${statements} ${statements === 1 ? "statement" : "statements"} ${way === "up" ? "done" : "taken back"}`;
}

/** One outcome for programs; dates as ISO 8601 in UTC. */
export function outcomeJson(outcome: MigrationOutcome): object {
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
      return { service: outcome.service, outcome: outcome.kind, migrations };
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

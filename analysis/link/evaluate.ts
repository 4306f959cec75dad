/**
 * From expressions to SQL text with typed holes.
 *
 * Alternatives (`cond ? a : b`) are not multiplied out: the first reading takes each one's first
 * option that says anything, and every other option gets one reading of its own with all else
 * unchanged. That reads every table each option names, in linear time.
 */
import type { Expr, Span, SqlPiece, TextRun } from "../model.ts";
import { Builder } from "./builder.ts";
import type { Either, Resolve } from "./follow.ts";
import { isBlank } from "./pieces.ts";

/** Readings of one expression beyond this many are left out, and said to be. */
const MOST_READINGS = 256;

export interface Readings {
  /** Each one whole: the text with its holes. */
  readings: SqlPiece[][];
  /** Templates that were composed into one of the readings. */
  composed: Span[];
  /** Alternatives that were left out. */
  unread: number;
}

/** All texts that an expression may come to, up to a bound, with holes for what is not known. */
export function evaluate(expr: Expr, resolve: Resolve): Readings {
  const composed: Span[] = [];
  const readings: SqlPiece[][] = [];
  const queued = new Set<string>();
  const results = new Map<Expr, Expr | null>();
  const queue: Map<string, number>[] = [new Map()];
  while (queue.length && readings.length < MOST_READINGS) {
    const chosen = queue.shift() ?? new Map<string, number>();
    const pieces = new Builder(resolve, composed, results, (either) => {
      const id = identity(either);
      const given = chosen.get(id);
      if (given !== undefined) return given;
      const first = Math.max(
        0,
        either.options.findIndex((option) => !isBlank(option)),
      );
      if (!queued.has(id)) {
        queued.add(id);
        either.options.forEach((_, index) => {
          if (index !== first) queue.push(new Map(chosen).set(id, index));
        });
      }
      return first;
    }).build(expr);
    readings.push(pieces);
  }
  return { readings, composed, unread: queue.length };
}

/** The text of an expression that has no holes and no alternatives; null otherwise. */
export function constantText(expr: Expr, resolve: Resolve): string | null {
  const { readings } = evaluate(expr, resolve);
  const [only] = readings;
  if (readings.length !== 1 || !only?.every((piece) => piece.kind === "text")) return null;
  return only.map((piece) => (piece as TextRun).text).join("");
}

const identities = new WeakMap<Either, string>();

/** Alternatives are told apart by where they stand: what is followed anew is another object each time. */
function identity(either: Either): string {
  let id = identities.get(either);
  if (id === undefined) {
    id = [either.at, ...either.options.map(({ at }) => at)].map(key).join();
    identities.set(either, id);
  }
  return id;
}

function key({ file, start, end }: Span): string {
  return `${file}:${start}:${end}`;
}

/** Pieces of SQL text: where they stand, which of them say nothing, and why one is not known. */
import { adapters } from "../code/adapters/mod.ts";
import { EACH } from "../code/expression-words.ts";
import type { Expr, HoleType, Span, SqlPiece, TextRun } from "../model.ts";

const packages = new Set(adapters.flatMap((adapter) => adapter.packages));

/** A hole in a text of SQL. @param reason why its value is not known */
export function hole(kind: HoleType, reason: string, at: Span): SqlPiece {
  return { kind: "hole", hole: kind, reason, at };
}

/** A name or a hole found behind a constant is reported where the constant is used; longer text where it is written. */
export function usedAt(pieces: SqlPiece[], place: Span): SqlPiece[] {
  const at = handedOn(
    place,
    pieces.map((piece) => piece.at),
  );
  if (pieces.length === 1 && pieces[0]?.kind === "hole") return [{ ...pieces[0], at }];
  if (!pieces.every((piece) => piece.kind === "text")) return pieces;
  const text = pieces.map((piece) => (piece as TextRun).text).join("");
  return /^[\w$".]+$/.test(text) ? [{ kind: "text", text, at }] : pieces;
}

/** A place at which others are used: what was handed to one of them stays the caller's. */
export function handedOn(at: Span, used: readonly Span[]): Span {
  const handed = used.find((span) => span.handed)?.handed;
  return handed ? { ...at, handed } : at;
}

/** `empty` of sql-template-tag, `Prisma.empty`: a piece without text. */
export function isEmptySql(expr: Expr): boolean {
  if (expr.kind === "alias") return isEmptySql(expr.of);
  if (expr.kind === "import") return expr.name === "empty" && packages.has(expr.specifier);
  if (expr.kind !== "member" || expr.property !== "empty") return false;
  const of = expr.of.kind === "alias" ? expr.of.of : expr.of;
  return of.kind === "import" && (packages.has(of.specifier) || of.name === "Prisma");
}

/** `{ schema: "shop", table: "orders" }` */
export function inParts(expr: Expr): Expr | null {
  const parts = expr.kind === "new" ? expr.args[0] : expr;
  if (parts?.kind !== "object") return null;
  const { schema, table } = parts.entries;
  if (!table) return null;
  const dot: Expr = { kind: "text", runs: [{ kind: "text", text: ".", at: table.at }], at: table.at };
  return schema ? { kind: "concat", parts: [schema, dot, table], at: table.at } : table;
}

/** Whether an expression adds nothing but space to a text. */
export function isBlank(expr: Expr): boolean {
  if (expr.kind === "alias") return isBlank(expr.of);
  if (isEmptySql(expr)) return true;
  if (expr.kind === "sql") return expr.of.every(isBlank);
  if (expr.kind === "concat") return expr.parts.every(isBlank);
  if (expr.kind === "text") return expr.runs.every((run) => run.text.trim() === "");
  return expr.kind === "unknown" && /^`(?:undefined|null|false|true)`/.test(expr.reason);
}

/** Why the value of an import is not known. */
export function outsideReason({ name, specifier }: Expr & { kind: "import" }): string {
  return /\.sql$/i.test(specifier)
    ? `${specifier.replace(/^\.\//, "")} is not in the workspace`
    : `\`${name}\` comes from ${specifier}`;
}

/** Why the value of a property is not known. */
export function memberReason({ property }: Expr & { kind: "member" }): string {
  return property === EACH
    ? "what the list holds is not known before it runs"
    : `\`${property}\` is not known before it runs`;
}

/** Why the value of a parameter is not known. @param path the properties that are read from it */
export function parameterReason(
  { name, function: owner }: Expr & { kind: "parameter" },
  path: readonly string[],
): string {
  const of = owner && !owner.endsWith("constructor") ? ` of ${owner}` : "";
  return path.length
    ? `\`${name}.${path.join(".")}\` comes with a parameter${of}`
    : `\`${name}\` is a parameter${of}`;
}

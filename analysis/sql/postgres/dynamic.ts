/** Text that PL/pgSQL puts together and EXECUTEs: constants, `||`, format() and the quoting functions are followed, the rest is a hole. */

import type { Node } from "libpg-query";
import type { HoleType } from "../../model.ts";
import { append } from "../append.ts";
import type { Tokens } from "../lexer.ts";
import { nameAt } from "../names.ts";
import { type Hole, holeWord, last, nested, type Run, type SqlText } from "../text.ts";
import { byteOffsets, parse } from "./grammar.ts";
import { decode } from "./literal.ts";
import type { Segment } from "./plpgsql.ts";
import { type Reading, readInside, strings } from "./reading.ts";

/** A part of the text: known, with the offsets that it came from, or open. */
type Part = TextPart | HolePart;
interface TextPart {
  kind: "text";
  text: string;
  runs: Run[];
}
interface HolePart {
  kind: "hole";
  type: HoleType;
  what: string;
  from: number;
  to: number;
}

interface Body {
  text: SqlText;
  tokens: Tokens;
  assignments: ReadonlyMap<string, readonly Segment[]>;
}

/** Variables are followed through this many assignments. */
const MOST_STEPS = 8;

/** The text of EXECUTE in PL/pgSQL, as far as literals, `format` and variables show it. */
export function readDynamic(
  reading: Reading,
  text: SqlText,
  tokens: Tokens,
  segment: { from: number; to: number },
  assignments: ReadonlyMap<string, readonly Segment[]>,
): void {
  const body: Body = { text, tokens, assignments };
  const parts = evaluate(body, segment.from, segment.to, MOST_STEPS);
  const composed = compose(text, parts);
  const { problems } = reading.session;
  const before = problems.length;
  readInside(reading, composed);
  if (problems.length === before || parts.every((part) => part.kind === "text")) return;
  // With parts unknown, the grammar's refusal proves nothing: what the text touches is not known.
  problems.length = before;
  const { stored } = reading;
  reading.references.push({
    schema: null,
    table: null,
    reason: "EXECUTE of text that only the run knows",
    operation: stored?.operation ?? "select",
    access: "read",
    at: text.span(tokens.starts[segment.from]!, tokens.ends[segment.to - 1]!),
    dependency: stored ? { kind: stored.kind, name: stored.name } : null,
  });
}

/** The parts that an expression's tokens make. */
function evaluate(body: Body, from: number, to: number, steps: number): Part[] {
  const start = body.tokens.starts[from];
  const end = body.tokens.ends[to - 1];
  if (start === undefined || end === undefined || to <= from) return [];
  const sql = `select ${body.text.text.slice(start, end)}`;
  const parsed = parse(sql);
  const statement = parsed.ok ? parsed.statements[0]?.stmt : undefined;
  const target = statement && "SelectStmt" in statement ? statement.SelectStmt.targetList?.[0] : undefined;
  const value = target && "ResTarget" in target ? target.ResTarget.val : undefined;
  if (!value) return [{ kind: "hole", type: "unknown", what: "an expression", from: start, to: end }];
  const toOffset = byteOffsets(sql);
  const offset = (byte = 0) => start - "select ".length + (toOffset ? toOffset(byte) : byte);
  return partsOf(body, value, offset, steps);
}

function partsOf(body: Body, root: Node, offset: (byte?: number) => number, steps: number): Part[] {
  const { tokens } = body;
  const tokenAt = (location: number | undefined) => last(tokens.starts, offset(location));

  const hole = (location: number | undefined, type: HoleType, what: string): HolePart => {
    const name = nameAt(tokens, tokenAt(location));
    return { kind: "hole", type, what, from: name.start, to: name.end };
  };

  const evaluateNode = (node: Node | undefined): Part[] => {
    if (!node) return [];
    if ("A_Const" in node) return constant(node.A_Const);
    if ("TypeCast" in node) return evaluateNode(node.TypeCast.arg);
    if ("CollateClause" in node) return evaluateNode(node.CollateClause.arg);
    if ("A_Expr" in node && strings(node.A_Expr.name)[0] === "||") return chain(node);
    if ("FuncCall" in node) return call(node.FuncCall);
    if ("ColumnRef" in node) return variable(node.ColumnRef);
    const location = Object.values(node)[0] as { location?: number };
    return [hole(location.location, "unknown", "an expression")];
  };

  /** `a || b || c` nests to the left. */
  const chain = (node: Node): Part[] => {
    const right: Part[][] = [];
    let left: Node | undefined = node;
    while (left && "A_Expr" in left && strings(left.A_Expr.name)[0] === "||") {
      right.push(evaluateNode(left.A_Expr.rexpr));
      left = left.A_Expr.lexpr;
    }
    return [evaluateNode(left), ...right.reverse()].flat();
  };

  const constant = (node: Extract<Node, { A_Const: unknown }>["A_Const"]): Part[] => {
    const index = tokenAt(node.location);
    const literal = decode(tokens, index);
    if (literal) return [{ kind: "text", ...literal }];
    const from = tokens.starts[index] ?? 0;
    const to = tokens.ends[index] ?? from;
    const text = tokens.text.slice(from, to);
    return [{ kind: "text", text, runs: [{ start: 0, end: text.length, from, to }] }];
  };

  const variable = (node: Extract<Node, { ColumnRef: unknown }>["ColumnRef"]): Part[] => {
    const names = strings(node.fields);
    const known = names.length === 1 ? body.assignments.get(names[0]!) : undefined;
    const only = known?.length === 1 ? known[0] : undefined;
    if (only?.kind === "assignment" && steps > 0) return evaluate(body, only.from, only.to, steps - 1);
    return [hole(node.location, "unknown", names.join("."))];
  };

  const call = (node: Extract<Node, { FuncCall: unknown }>["FuncCall"]): Part[] => {
    const args = node.args ?? [];
    switch (strings(node.funcname).at(-1)) {
      case "format":
        return format(evaluateNode(args[0]), args.slice(1).map(evaluateNode), (type) =>
          hole(node.location, type, "format()"),
        );
      case "concat":
        return args.flatMap(evaluateNode);
      case "concat_ws": {
        const [separator, ...rest] = args.map(evaluateNode);
        return rest.flatMap((part, i) => (i === 0 ? part : [...(separator ?? []), ...part]));
      }
      case "quote_ident":
        return quoted(args.map(evaluateNode)[0] ?? [], "identifier");
      case "quote_literal":
      case "quote_nullable":
        return [hole(node.location, "value", "a value")];
      default:
        return [hole(node.location, "unknown", `${strings(node.funcname).join(".")}()`)];
    }
  };

  return evaluateNode(root);
}

/** An argument as an identifier: a known one is quoted where it must be, an unknown one is an identifier's hole. */
function quoted(parts: Part[], type: HoleType): Part[] {
  if (parts.length === 1 && parts[0]!.kind === "hole") return [{ ...parts[0]!, type }];
  const isPlain = parts.every((part) => part.kind === "text");
  if (!isPlain) return parts;
  const text = parts.map((part) => (part.kind === "text" ? part.text : "")).join("");
  if (/^[a-z_][a-z0-9_$]*$/.test(text)) return parts;
  const runs = parts.flatMap((part) => (part.kind === "text" ? part.runs : []));
  const from = runs[0]?.from ?? 0;
  const to = runs.at(-1)?.to ?? from;
  const written = `"${text.replaceAll('"', '""')}"`;
  return [{ kind: "text", text: written, runs: [{ start: 0, end: written.length, from, to }] }];
}

/**
 * format(): `%s`, `%I`, `%L` and `%%`, with `n$` positions.
 * https://www.postgresql.org/docs/current/functions-string.html#FUNCTIONS-STRING-FORMAT
 */
function format(pattern: Part[], args: Part[][], open: (type: HoleType) => HolePart): Part[] {
  const out: Part[] = [];
  let next = 0;
  for (const part of pattern) {
    if (part.kind === "hole") {
      out.push(part);
      continue;
    }
    let at = 0;
    for (const match of part.text.matchAll(/%(?:(\d+)\$)?-?(?:\d+|\*(?:\d+\$)?)?([sIL%])/g)) {
      out.push(slice(part, at, match.index));
      at = match.index + match[0].length;
      if (match[2] === "%") {
        out.push(slice(part, at - 1, at));
        continue;
      }
      if (match[1]) next = Number(match[1]) - 1;
      const arg = args[next++];
      const isKnown = arg?.every(({ kind }) => kind === "text") ?? false;
      const place = placeOf(slice(part, match.index, at));
      if (!arg) out.push({ ...open(match[2] === "I" ? "identifier" : "unknown"), ...place });
      else if (match[2] === "L") out.push({ kind: "hole", type: "value", what: "a value", ...place });
      else {
        const parts = match[2] === "I" ? quoted(arg, "identifier") : arg;
        append(out, isKnown ? parts : parts.map((piece) => moved(piece, place)));
      }
    }
    out.push(slice(part, at, part.text.length));
  }
  return out;
}

/** Where a known part came from, as one place. */
function placeOf(part: TextPart): { from: number; to: number } {
  const from = part.runs[0]?.from ?? 0;
  return { from, to: part.runs.at(-1)?.to ?? from };
}

/** A part that counts as standing where format()'s pattern asks for it. */
function moved(part: Part, place: { from: number; to: number }): Part {
  if (part.kind === "hole") return { ...part, ...place };
  return { ...part, runs: [{ start: 0, end: part.text.length, ...place }] };
}

/** A stretch of a known part. */
function slice(part: TextPart, start: number, end: number): TextPart {
  const runs: Run[] = [];
  for (const run of part.runs) {
    const from = Math.max(run.start, start);
    const to = Math.min(run.end, end);
    if (from >= to) continue;
    const linear = run.end - run.start === run.to - run.from;
    runs.push({
      start: from - start,
      end: to - start,
      from: linear ? run.from + from - run.start : run.from,
      to: linear ? run.from + to - run.start : run.to,
    });
  }
  return { kind: "text", text: part.text.slice(start, end), runs };
}

function compose(outer: SqlText, parts: readonly Part[]): SqlText {
  let text = "";
  const runs: Run[] = [];
  const holes: Hole[] = [];
  // The outer text's own holes have words, too: these count on from them.
  let count = outer.holes.length;
  for (const part of parts) {
    const start = text.length;
    if (part.kind === "text") {
      text += part.text;
      for (const run of part.runs) runs.push({ ...run, start: run.start + start, end: run.end + start });
      continue;
    }
    text += holeWord(count++);
    runs.push({ start, end: text.length, from: part.from, to: part.to });
    holes.push({
      start,
      end: text.length,
      type: part.type,
      reason: `${part.what} in EXECUTE is known at run time only`,
    });
  }
  return nested(outer, text, runs, holes);
}

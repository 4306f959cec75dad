/**
 * Bodies between BEGIN ATOMIC and END. The server takes no DDL there yet, the grammar does, and DROP
 * has no positions in its tree: each statement is read with its own tokens alone.
 */
import type { Node } from "libpg-query";
import { isToken, type Tokens } from "../lexer.ts";
import { type Reading, walkAll } from "./reading.ts";

/** Reads a routine's SQL body, be it `RETURN expression` or a block. */
export function readSqlBody(reading: Reading, body: Node | undefined): void {
  const nodes = statementsOf(body);
  const pieces = pieceTokens(reading.tokens);
  if (nodes.length === 0 || nodes.length !== pieces.length) walkAll(reading, [body], null);
  else for (const [i, node] of nodes.entries()) walkAll({ ...reading, tokens: pieces[i]! }, [node], null);
}

/** A block is a list in a list. */
function statementsOf(body: Node | undefined): Node[] {
  if (!body || !("List" in body)) return [];
  return (body.List.items ?? []).flatMap((node) => ("List" in node ? (node.List.items ?? []) : []));
}

/** The tokens of each statement of the block. */
function pieceTokens(tokens: Tokens): Tokens[] {
  const pieces: Tokens[] = [];
  const atomic = tokens.starts.findIndex(
    (_, i) => isToken(tokens, i, "atomic") && isToken(tokens, i - 1, "begin"),
  );
  if (atomic < 0) return pieces;
  let from = atomic + 1;
  let depth = 1;
  let brackets = 0;
  for (let i = from; i < tokens.kinds.length && depth > 0; i++) {
    if (isToken(tokens, i, "(")) brackets++;
    else if (isToken(tokens, i, ")")) brackets--;
    else if (isToken(tokens, i, "case")) depth++;
    else if (isToken(tokens, i, "end")) depth--;
    else if (depth === 1 && brackets === 0 && isToken(tokens, i, ";")) {
      if (i > from) pieces.push(slice(tokens, from, i));
      from = i + 1;
    }
  }
  return pieces;
}

function slice({ text, kinds, starts, ends }: Tokens, from: number, to: number): Tokens {
  return { text, kinds: kinds.slice(from, to), starts: starts.slice(from, to), ends: ends.slice(from, to) };
}

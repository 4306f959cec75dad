/** Tokens of the Prisma schema language, with offsets: https://www.prisma.io/docs/orm/prisma-schema. */

export interface Token {
  /** `name`, `string` and `number` carry a value; `mark` is one of the language's signs; `other` is none of its own. */
  kind: "name" | "string" | "number" | "mark" | "other";
  /** A string without its quotes, decoded. */
  text: string;
  start: number;
  end: number;
  /** First of its line. */
  first: boolean;
}

export interface Tokens {
  tokens: Token[];
  comments: { text: string; start: number; end: number }[];
}

const PART =
  /(\r\n?|\n)|([^\S\r\n]+|\ufeff)|(\/\/\/?[^\r\n]*)|(\/\*[\s\S]*?(?:\*\/|$))|([\p{L}_][\p{L}\p{N}_-]*)|("(?:[^"\\\r\n]|\\.)*")|(-?\d+(?:\.\d+)?)|(@@|[@{}()[\]:,=.?!])|([\s\S])/uy;

/** A schema's tokens and comments. */
export function tokenize(text: string): Tokens {
  const result: Tokens = { tokens: [], comments: [] };
  let first = true;
  PART.lastIndex = 0;
  for (let match = PART.exec(text); match; match = PART.exec(text)) {
    const [whole, line, space, comment, block, name, string, number, mark] = match;
    const start = match.index;
    const end = start + whole.length;
    const add = (kind: Token["kind"], value: string) => {
      result.tokens.push({ kind, text: value, start, end, first });
      first = false;
    };
    if (line) first = true;
    else if (space) continue;
    else if (comment) result.comments.push({ text: comment.replace(/^\/+/, ""), start, end });
    else if (block) result.comments.push({ text: block.slice(2, -2), start, end });
    else if (name) add("name", name);
    else if (string) add("string", string.slice(1, -1).replace(/\\(.)/g, unescaped));
    else if (number) add("number", number);
    else if (mark) add("mark", mark);
    else add("other", whole);
  }
  return result;
}

function unescaped(_: string, sign: string): string {
  return { n: "\n", r: "\r", t: "\t" }[sign] ?? sign;
}

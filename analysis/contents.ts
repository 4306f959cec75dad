/**
 * What files hold: their texts, each with a name for its content; or why there is none. What cannot be
 * read is named, never passed over.
 */
import { contentId } from "./cache/stats.ts";
import type { InputProblem } from "./model.ts";
import type { Tree } from "./tree/tree.ts";

/** A file that is to be read, before it is. */
export interface Candidate {
  path: string;
  /** Where its content lies: another path behind a link. */
  source: string;
  /** Git's name for its content, where it is known without reading it. */
  id: string | null;
  /** A bundle or a dump, if it is too large to be source: then nothing is lost without it. */
  dispensable: boolean;
}

/** Larger files are not source that people write. */
export const LARGEST_BYTES = 5 * 1024 * 1024;

/** Also what a package of shared options holds: `typescript-config/base.json`. */
const CONFIG =
  /(?:^|\/)(?:package|[\w.-]*tsconfig[\w.-]*|jsconfig)\.json$|(?:^|\/)[\w.-]*(?:tsconfig|ts-config|typescript-config)[\w.-]*\/[\w.-]+\.json$/;

/** A `package.json`, `tsconfig*.json` or `jsconfig.json`: it tells how imports are resolved. */
export function isConfig(path: string): boolean {
  return CONFIG.test(path);
}

/** What a file holds: its text null where it is minified; or why it could not be read, or need not be. */
export type Content =
  | { id: string; text: string | null }
  | { problem: InputProblem }
  | { skipped: InputProblem };

export interface Contents {
  read(candidate: Candidate): Content;
  /** Makes many contents ready at one asking. */
  prefetch?(candidates: readonly Candidate[]): void;
}

/** The contents of a tree's files; each is named as git does. */
export function contentsOf(tree: Tree): Contents {
  return {
    prefetch: (candidates) => tree.prefetch?.(candidates.map(({ source }) => source)),
    read({ path, source, id, dispensable }) {
      const problem = (message: string): Content => ({ problem: { file: path, message } });
      let bytes: Uint8Array;
      try {
        bytes = tree.read(source);
      } catch (error) {
        return problem(fault((error as NodeJS.ErrnoException).code, error));
      }
      if (bytes.length > LARGEST_BYTES) return oversized(path, bytes.length, dispensable);
      const text = decodeUtf8(bytes);
      if (text === null) return problem("it is not UTF-8; save it as UTF-8 or list it under ignore");
      return {
        id: tree.frozen && id !== null ? id : contentId(bytes),
        text: !isConfig(path) && isMinified(path, text) ? null : text,
      };
    },
  };
}

/** Texts that are at hand: nothing of them outlives the run, so they need no names. */
export function textContents(texts: ReadonlyMap<string, string>): Contents {
  return { read: ({ path }) => ({ id: "", text: texts.get(path) ?? "" }) };
}

/** What a file is that is too large for source: skipped, or a problem. */
export function oversized(file: string, bytes: number, dispensable: boolean) {
  const megabytes = (size: number) => Math.round(size / 1024 / 1024);
  const large = `${megabytes(bytes)} MB are more than source has (the limit is ${megabytes(LARGEST_BYTES)} MB)`;
  return dispensable
    ? { skipped: { file, message: `${large}; it is skipped` } }
    : { problem: { file, message: `${large}; list it under ignore if it is data` } };
}

/** Longer lines are no person's, unless they are data. */
const LONG_LINE = 1000;
/** Code says one of these every so many characters at least; data and SQL do not. */
const SAID = /=>|\b(?:function|return|var|let|const|this)\b/g;
const CHARACTERS_A_WORD = 200;

/**
 * A machine packed it: its lines are long throughout, or, in JavaScript, more than half of it stands in long lines of code.
 * The rest is licences, and data and texts that a bundler leaves as they are.
 */
export function isMinified(path: string, text: string): boolean {
  if (path.endsWith(".sql") || text.length < 20_000) return false;
  let lines = 0;
  let packed = 0;
  for (let start = 0; start <= text.length; lines++) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    if (end - start > LONG_LINE && isCode(text, start, end)) packed += end - start;
    start = end + 1;
  }
  return text.length / lines > LONG_LINE || (/\.[cm]?js$/.test(path) && packed > text.length / 2);
}

function isCode(text: string, start: number, end: number): boolean {
  const words = text.slice(start, end).match(SAID)?.length ?? 0;
  return (end - start) / words < CHARACTERS_A_WORD;
}

/** Null where it is not UTF-8. A byte order mark stays: offsets count it. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Why a file could not be read, as a problem says it. */
export function fault(code: string | undefined, error: unknown): string {
  if (code === "EACCES" || code === "EPERM")
    return "it may not be read (permission denied); let it be read or list it under ignore";
  if (code === "ELOOP") return "a link that leads back to itself; take it out";
  if (code === "dangling") return "a link that leads nowhere; take it out or list it under ignore";
  return `it could not be read (${code ?? (error as Error).message}); mend it or list it under ignore`;
}

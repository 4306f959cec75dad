/**
 * What the linker asks of single files, and of single texts of SQL, once it follows a name there. Each
 * answer follows from that text alone, so it is kept like the facts: in the store, by what it follows from.
 */

import type { Store } from "../cache/store.ts";
import { type CallReader, readCalls } from "../code/calls.ts";
import { type Mentions, readMentions, type Sought } from "../code/mentions.ts";
import { compileCode, importsByUse } from "../code/mod.ts";
import type { Expr, FileFacts, ImportEdge, SqlFacts, SqlPiece } from "../model.ts";
import { GrammarNeeded, isSqlLoaded, type ReadSql, readSql } from "../sql/mod.ts";
import { decode, decodeFacts, encode, encodeFacts } from "./codec.ts";
import { moved, originOf } from "./moved.ts";
import { Recent } from "./recent.ts";

/** A file of which single things may be asked after it was compiled. */
export interface AskedFile {
  /** Git's name for the content; null where nothing is kept. */
  id: string | null;
  text(): string;
}

export interface Late {
  /** A file's facts with all that it exports, whatever the sieve says of it. */
  whole(path: string): FileFacts | null;
  /** A file's imports with those told apart that it uses as types alone. */
  importsByUse(path: string): ImportEdge[];
  /** Arguments of the calls of a name in a file: see {@link CallReader}. */
  callsOf(path: string, name: string, method: boolean): Expr[][];
  /** A method of a file's class: see {@link CallReader}. */
  methodOf(path: string, owner: string, name: string): Expr | null;
  /** Where a file names a function. */
  mentionsOf(path: string, sought: Sought): Mentions;
  /** @throws GrammarNeeded where the dialect's grammar is not loaded, and the store has no answer */
  readSql: ReadSql;
}

/** Texts (in characters) that are kept while the linker goes from caller to caller. */
const MOST_TEXT = 32_000_000;

/** Texts (in characters) whose trees are kept meanwhile: a tree takes near a hundred times the room. */
const MOST_PARSED = 1_500_000;

/** Answers about files that only linking asks for, each read once and kept by content. */
export function lateAnswers(files: ReadonlyMap<string, AskedFile>, store: Store): Late {
  const texts = new Recent<string>(MOST_TEXT);
  const readers = new Recent<CallReader>(MOST_PARSED);
  const wholes = new Map<string, FileFacts>();

  /** From the store by a key, else worked out and stored. */
  const kept = <T>(key: string | null, file: string, read: () => T): T => {
    const known = key === null ? null : store.get(key);
    if (known !== null) return decode(known, file) as T;
    const found = read();
    if (key !== null) store.set(key, () => encode(found, file));
    return found;
  };
  const keyOf = (question: string, path: string): string | null => {
    const id = files.get(path)?.id ?? null;
    return id === null ? null : `${question}\0${path}\0${id}`;
  };
  const textOf = (path: string): string =>
    texts.get(path, () => {
      const value = files.get(path)?.text() ?? "";
      return { value, weight: value.length };
    });
  const readerOf = (path: string): CallReader =>
    readers.get(path, () => {
      const text = textOf(path);
      return { value: readCalls(path, text), weight: text.length };
    });

  return {
    whole(path) {
      const known = wholes.get(path);
      if (known || !files.has(path)) return known ?? null;
      const key = keyOf("whole", path);
      const stored = key === null ? null : store.get(key);
      const facts =
        stored === null ? compileCode(path, textOf(path), { whole: true }) : decodeFacts(stored, path);
      if (stored === null && key !== null) store.set(key, () => encodeFacts(facts));
      wholes.set(path, facts);
      return facts;
    },
    importsByUse: (path) => kept(keyOf("imports", path), path, () => importsByUse(path, textOf(path))),
    callsOf: (path, name, method) =>
      kept(keyOf(`calls ${name} ${method}`, path), path, () =>
        // Cheaper than a parse, and true of every call.
        textOf(path).includes(name.replace(/^new /, "")) ? readerOf(path).callsOf(name, method) : [],
      ),
    methodOf: (path, owner, name) =>
      kept(keyOf(`method ${owner}.${name}`, path), path, () =>
        textOf(path).includes(name) ? readerOf(path).methodOf(owner, name) : null,
      ),
    mentionsOf: (path, sought) =>
      kept(keyOf(`mentions ${JSON.stringify(sought)}`, path), path, () =>
        readMentions(path, textOf(path), sought),
      ),
    readSql: (pieces, options) => {
      const [first] = pieces;
      const file = first?.at.file ?? "";
      const id = files.get(file)?.id ?? null;
      const read = () => {
        if (!isSqlLoaded(options.dialect)) throw new GrammarNeeded(options.dialect);
        return readSql(pieces, options);
      };
      if (id === null) return read();
      // The pieces say all that the answer follows from. Where they stand in their one file it does not: most edits move texts.
      const origin = originOf(pieces, file);
      const from = origin ?? 0;
      const key = sqlKey(moved(pieces, file, -from), options, file, origin === null ? file : "");
      const known = store.get(key);
      if (known !== null) return moved(decode(known, file) as SqlFacts, file, from);
      const found = read();
      store.set(key, () => encode(moved(found, file, -from), file));
      return found;
    },
  };
}

/** @param place what the answer follows from beside the pieces */
function sqlKey(
  pieces: readonly SqlPiece[],
  options: Parameters<ReadSql>[1],
  file: string,
  place: string,
): string {
  const text = encode([pieces, options], file);
  return `sql\0${new Bun.CryptoHasher("sha256").update(text).update(place).digest("base64")}`;
}

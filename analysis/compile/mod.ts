/**
 * The compile stage: every file of a workspace to its facts, from the store where they are known. Nothing
 * here looks beyond one file, so nothing here is worked out twice.
 */

import type { Dialect, Manifest } from "../../manifest/model.ts";
import type { Store } from "../cache/store.ts";
import { parseInBulk, WORTH_BULK } from "../code/mod.ts";
import type { Candidate, Contents } from "../contents.ts";
import type { FileFacts, InputProblem } from "../model.ts";
import { PRISMA } from "../prisma/compile.ts";
import { readSchemas, type Schema } from "../prisma/schemas.ts";
import { loadSql } from "../sql/mod.ts";
import { BATCH, type Outcome } from "./batches.ts";
import { breathe } from "./breathe.ts";
import { decodeFacts, encodeFacts } from "./codec.ts";
import { dialectOf } from "./dialect-of.ts";
import { compileFile, settingsKey } from "./file.ts";
import { type AskedFile, type Late, lateAnswers } from "./late.ts";
import type { SecondThread } from "./second-thread.ts";

/** What the linker stands on. */
export interface Compiled {
  /** By path, in the order of the paths. */
  files: ReadonlyMap<string, FileFacts>;
  schemas: readonly Schema[];
  /** The dialect of a client's SQL in a file; of the file's own where none is named. */
  dialectOf(file: string, client?: string): Dialect;
  late: Late;
  /** Files that could not be read. */
  problems: InputProblem[];
  leftOut: number;
  /** SQL in code was met that no run before has read. */
  news: boolean;
  /** Files whose facts were not known before. */
  fresh: number;
}

export interface CompileOptions {
  manifest: Manifest;
  store: Store;
  onProgress?: ((progress: { stage: "compile"; done: number; total: number }) => void) | undefined;
  /** A file's content was read: its name by git's reckoning. */
  onRead?: (candidate: Candidate, id: string) => void;
  onSkipped?: ((file: InputProblem) => void) | undefined;
  /** One that was started on some of the candidates: see {@link startSecondThread}. */
  secondThread?: SecondThread | null | undefined;
  signal?: AbortSignal | undefined;
}

/** Files after whose compilation the store is written: what a run that is killed may lose. */
const FLUSH = 2000;
/** A large workspace is written in this many parts, so that they need not be made one at the end. */
const MOST_FLUSHES = 5;

/** What the store says of a file that is left out. */
const LEFT_OUT = "left out";

/** @throws the signal's reason, once it is aborted */
export async function compileAll(
  contents: Contents,
  candidates: readonly Candidate[],
  options: CompileOptions,
): Promise<Compiled> {
  return new Compiler(contents, candidates, options).run();
}

class Compiler {
  private readonly found = new Map<string, FileFacts>();
  private readonly asked = new Map<string, AskedFile>();
  private readonly problems: InputProblem[] = [];
  private leftOut = 0;
  private news = false;
  private done = 0;
  private unwritten = 0;
  private schemas: readonly Schema[] = [];
  private readonly contents: Contents;
  private readonly candidates: readonly Candidate[];
  private readonly options: CompileOptions;

  constructor(contents: Contents, candidates: readonly Candidate[], options: CompileOptions) {
    this.contents = contents;
    this.candidates = candidates;
    this.options = options;
  }

  async run(): Promise<Compiled> {
    const { candidates } = this;
    const isPrisma = ({ path }: Candidate) => PRISMA.test(path);
    // The schemas say which dialect the rest is written in.
    await this.compile(candidates.filter(isPrisma));
    this.schemas = readSchemas([...this.found.values()].flatMap(({ definitions }) => definitions));
    await this.compile(candidates.filter((candidate) => !isPrisma(candidate)));
    // A run that is interrupted while it links has not compiled in vain.
    if (this.unwritten > 0) this.options.store.flush();
    const files = new Map<string, FileFacts>();
    for (const { path } of candidates) {
      const facts = this.found.get(path);
      if (facts) files.set(path, facts);
    }
    const { schemas, problems, leftOut, news, unwritten: fresh } = this;
    const dialectOf = (file: string, client?: string) => this.dialectOf(file, client);
    return {
      files,
      schemas,
      dialectOf,
      late: lateAnswers(this.asked, this.options.store),
      problems,
      leftOut,
      news,
      fresh,
    };
  }

  private dialectOf(file: string, client = ""): Dialect {
    return dialectOf(this.options.manifest, this.schemas, file, client);
  }

  private async compile(candidates: readonly Candidate[]): Promise<void> {
    const unknown = candidates.filter((candidate) => !this.recall(candidate));
    this.contents.prefetch?.(unknown);
    // A grammar costs a process's start tens of milliseconds: none is loaded before SQL is met.
    await loadSql(
      new Set(unknown.flatMap(({ path }) => (path.endsWith(".sql") ? [this.dialectOf(path)] : []))),
    );
    using _ = unknown.length < WORTH_BULK ? null : parseInBulk();
    const { secondThread } = this.options;
    const shared = new Set(secondThread?.candidates);
    const own = unknown.filter((candidate) => !shared.has(candidate));
    await this.readAll(own);
    if (!secondThread || own.length === unknown.length) return;
    const left = await secondThread.share(
      (batch) => this.readAll(batch),
      (candidate, outcome) => this.take(candidate, outcome),
    );
    await this.readAll(left);
  }

  private async readAll(candidates: readonly Candidate[]): Promise<void> {
    const { onProgress, signal } = this.options;
    for (const [index, candidate] of candidates.entries()) {
      if (index % BATCH === 0) {
        onProgress?.({ stage: "compile", done: this.done, total: this.candidates.length });
        await breathe();
        signal?.throwIfAborted();
      }
      this.read(candidate);
    }
  }

  /** Takes what the second thread has made of a file. */
  private take(candidate: Candidate, outcome: Outcome): void {
    const { store, onRead, onSkipped } = this.options;
    const { path } = candidate;
    this.done++;
    if ("problem" in outcome) this.problems.push(outcome.problem);
    else if ("skipped" in outcome) onSkipped?.(outcome.skipped);
    else {
      const { id, facts } = outcome;
      onRead?.(candidate, id);
      store.set(this.keyOf(path, id), () => facts ?? LEFT_OUT);
      if (facts === null) this.leftOut++;
      else this.keep(candidate, id, decodeFacts(facts, path));
      this.written();
    }
  }

  private keep(candidate: Candidate, id: string, facts: FileFacts): void {
    this.found.set(candidate.path, facts);
    this.asked.set(candidate.path, { id, text: () => this.textOf(candidate, id) });
    if (!facts.skimmed && facts.sites.length > 0) this.news = true;
  }

  private written(): void {
    const every = Math.max(FLUSH, Math.ceil(this.candidates.length / MOST_FLUSHES));
    if (++this.unwritten % every === 0) this.options.store.flush();
  }

  /** Takes a file's facts from the store. @returns whether they are there */
  private recall(candidate: Candidate): boolean {
    const { path, id } = candidate;
    if (id === null) return false;
    const text = this.options.store.get(this.keyOf(path, id));
    if (text === null) return false;
    this.done++;
    if (text === LEFT_OUT) this.leftOut++;
    else {
      this.found.set(path, decodeFacts(text, path));
      this.asked.set(path, { id, text: () => this.textOf(candidate, id) });
    }
    return true;
  }

  private read(candidate: Candidate): void {
    const { store, onRead, onSkipped } = this.options;
    const { path } = candidate;
    this.done++;
    const content = this.contents.read(candidate);
    if ("problem" in content) {
      this.problems.push(content.problem);
      return;
    }
    if ("skipped" in content) {
      onSkipped?.(content.skipped);
      return;
    }
    const { id, text } = content;
    onRead?.(candidate, id);
    const key = this.keyOf(path, id);
    // Another path's stats may have told nothing, and the content still be known.
    if (this.recall({ ...candidate, id })) {
      this.done--;
      return;
    }
    if (text === null) {
      this.leftOut++;
      store.set(key, () => LEFT_OUT);
      return;
    }
    const facts = compileFile(path, text, this.settings(path));
    this.keep(candidate, id, facts);
    store.set(key, () => encodeFacts(facts));
    this.written();
  }

  private settings(path: string) {
    // Code says by its clients which dialect it is written in.
    const dialect = path.endsWith(".sql") ? this.dialectOf(path) : this.options.manifest.dialect;
    return { dialect, queryFunctions: this.options.manifest.queryFunctions };
  }

  private keyOf(path: string, id: string): string {
    return `facts\0${path}\0${id}\0${settingsKey(path, this.settings(path))}`;
  }

  /** The text once more, for what the linker asks late. */
  private textOf(candidate: Candidate, id: string): string {
    const content = this.contents.read(candidate);
    const { path: file } = candidate;
    if (!("text" in content) || content.text === null || content.id !== id) {
      this.problems.push({ file, message: "it was changed while it was read; run it again" });
      return "";
    }
    return content.text;
  }
}

/** What a book says of a commit's files, beside a change to some of them: what the linker stands on. */
import { serviceOfFile } from "../../manifest/lookup.ts";
import { isTestFile } from "../../manifest/test-file.ts";
import { decodeFacts } from "../compile/codec.ts";
import type { AskedFile } from "../compile/late.ts";
import { decodeUtf8 } from "../contents.ts";
import type { KeptDefinitions } from "../link/ask.ts";
import { createResolver, type Resolver } from "../link/resolve.ts";
import type { Territory } from "../link/territory.ts";
import type { Expr, FileFacts, Manifest } from "../model.ts";
import { prismaModules } from "../prisma/modules.ts";
import { readSchemas } from "../prisma/schemas.ts";
import type { Book } from "./book.ts";
import { type Head, type KeptFile, type KeptPool, type KeptResolving, keys } from "./kept.ts";

/** More may follow from the change than is known. */
export class Declined extends Error {}

/** Some files to go through, and all to ask for. */
export class Some<Value> extends Map<string, Value> {
  private readonly ask: (path: string) => Value | undefined;

  constructor(entries: Iterable<readonly [string, Value]>, ask: (path: string) => Value | undefined) {
    super(entries);
    this.ask = ask;
  }

  override get(path: string): Value | undefined {
    return super.get(path) ?? this.ask(path);
  }
}

/** A file as the change leaves it. */
interface Changed {
  id: string;
  text: string;
  facts: FileFacts;
}

export class Rest {
  readonly manifest: Manifest;
  private readonly book: Book;
  private readonly head: Head;
  private readonly contentOf: (id: string) => Uint8Array;
  private readonly files = new Map<string, KeptFile | null>();
  private readonly facts = new Map<string, FileFacts>();
  private readonly changed = new Map<string, Changed>();

  /** @param given.contentOf what a file holds, by git's name for it */
  constructor({ book, head, contentOf }: { book: Book; head: Head; contentOf(id: string): Uint8Array }) {
    this.book = book;
    this.head = head;
    this.contentOf = contentOf;
    this.manifest = this.take<Manifest>(keys.manifest);
  }

  change(path: string, changed: Changed): void {
    this.changed.set(path, changed);
    this.facts.set(path, changed.facts);
  }

  territory(): Territory {
    const home = (path: string) => serviceOfFile(this.manifest, path);
    return {
      home,
      of: (path) => {
        const service = home(path);
        if (service !== null) return [{ service, chain: [path], test: isTestFile(path) }];
        return this.file(path)?.belongings ?? [];
      },
      imports: (file) => {
        const kept = this.file(file);
        if (!kept) return [];
        if (!this.changed.has(file))
          return kept.imports.map(([to, start, end]) => ({ to, at: { file, start, end } }));
        return this.factsOf(file).imports.flatMap(({ typeOnly, specifier, at }) => {
          const to = typeOnly ? null : (kept.resolved[specifier] ?? null);
          return to === null ? [] : [{ to, at }];
        });
      },
    };
  }

  resolver(): Resolver {
    let whole: Resolver | null = null;
    return {
      resolve: (from, specifier) => {
        const known = this.file(from)?.resolved;
        if (known && Object.hasOwn(known, specifier)) return known[specifier] ?? null;
        if (!whole) {
          const { paths, configs, links } = this.take<KeptResolving>(keys.resolving);
          whole = createResolver(
            new Set(paths),
            new Map(configs),
            new Map(links),
            prismaModules(this.schemas()),
          );
        }
        return whole.resolve(from, specifier);
      },
    };
  }

  schemas() {
    const { prisma } = this.head;
    return readSchemas(prisma.flatMap((path) => this.factsOf(path).definitions));
  }

  definitions(): KeptDefinitions {
    const { pool, all, byModel, bySource } = this.take<KeptPool>(keys.definitions);
    const at = (index: number) => pool[index] ?? null;
    return {
      sources: () => this.sources(),
      all: all.flatMap(([index, source, file]) => {
        const definition = at(index);
        return definition ? [{ definition, source, file }] : [];
      }),
      byModel: byModel.map(([name, list]) => [name, list.flatMap((index) => at(index) ?? [])]),
      bySource: bySource
        .filter(([key, , files]) => ![fileOf(key), ...files].some((path) => this.changed.has(path)))
        .map(([key, index, files]) => [key, at(index), files]),
    };
  }

  /** What the changed files say in their definitions' places is the same, and may stand elsewhere in them. */
  private sources(): Expr[] {
    const next = new Map<string, number>();
    return this.take<Expr[]>(keys.sources).map((source) => {
      const { file } = source.at;
      const changed = this.changed.get(file);
      if (!changed) return source;
      const at = next.get(file) ?? 0;
      next.set(file, at + 1);
      const now = changed.facts.definitions[at];
      if (!now) throw new Declined("other definitions");
      return now;
    });
  }

  asked(path: string): AskedFile | undefined {
    const kept = this.file(path);
    if (!kept) return undefined;
    const now = this.changed.get(path);
    return { id: now?.id ?? kept.id, text: () => now?.text ?? this.textOf(kept.id) };
  }

  private textOf(id: string): string {
    const text = decodeUtf8(this.contentOf(id));
    if (text === null) throw new Declined("no text");
    return text;
  }

  factsOf(path: string): FileFacts {
    const known = this.facts.get(path);
    if (known) return known;
    const facts = this.factsBefore(path);
    this.facts.set(path, facts);
    return facts;
  }

  factsBefore(path: string): FileFacts {
    const text = this.book.get(keys.facts(path));
    if (text === null) throw new Declined("a record is missing");
    return decodeFacts(text, path);
  }

  /** Null for what is none of the workspace's files. */
  file(path: string): KeptFile | null {
    const known = this.files.get(path);
    if (known !== undefined) return known;
    const text = this.book.get(keys.file(path));
    const kept = text === null ? null : (JSON.parse(text) as KeptFile);
    this.files.set(path, kept);
    return kept;
  }

  known(path: string): KeptFile {
    const kept = this.file(path);
    if (!kept) throw new Declined("a record is missing");
    return kept;
  }

  take<T>(key: string): T {
    const text = this.book.get(key);
    if (text === null) throw new Declined("a record is missing");
    return JSON.parse(text) as T;
  }
}

/** `file:start:end`, as the linker keys what it has defined. */
function fileOf(key: string): string {
  return key.replace(/:\d+:\d+$/, "");
}

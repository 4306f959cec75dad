/** What a book says of a commit's files, beside a change to some of them: what the linker stands on. */
import { serviceOfFile } from "../../manifest/lookup.ts";
import { isTestFile } from "../../manifest/test-file.ts";
import type { TableDefinition } from "../code/adapters/adapter.ts";
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
import {
  fileOf,
  type Head,
  type KeptDefined,
  type KeptDefinition,
  type KeptFile,
  type KeptResolving,
  keys,
} from "./kept.ts";

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

export interface RestOptions {
  book: Book;
  head: Head;
  manifest: Manifest;
  /** What a file holds, by git's name for it. */
  contentOf(id: string): Uint8Array;
}

/** What a book says of the files that a change does not concern. */
export class Rest {
  readonly manifest: Manifest;
  private readonly book: Book;
  private readonly head: Head;
  private readonly contentOf: (id: string) => Uint8Array;
  private readonly files = new Map<string, KeptFile | null>();
  private readonly facts = new Map<string, FileFacts>();
  private readonly changed = new Map<string, Changed>();
  private readonly pool = new Map<number, TableDefinition>();
  private readonly bySource = new Map<
    string,
    ReadonlyMap<string, { definition: number; files: readonly string[] }>
  >();

  constructor({ book, head, manifest, contentOf }: RestOptions) {
    this.book = book;
    this.head = head;
    this.manifest = manifest;
    this.contentOf = contentOf;
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
    const told = ([place, definition, source, file]: KeptDefinition) =>
      [place, { definition: this.definition(definition), source, file }] as const;
    return {
      sources: () => this.sources(),
      all: (files) => {
        const kept = [
          ...this.take<KeptDefinition[]>(keys.views),
          ...[...files].flatMap((file) => this.defined(file).all),
        ];
        return [...new Map(kept.map(told))].sort(([a], [b]) => a - b).map(([, one]) => one);
      },
      model: (name) => (this.maybe<number[]>(keys.model(name)) ?? []).map((index) => this.definition(index)),
      source: (key) => {
        const file = fileOf(key);
        const kept = this.changed.has(file) ? undefined : this.sourcesIn(file).get(key);
        if (!kept || kept.files.some((path) => this.changed.has(path))) return undefined;
        return kept.definition === -1 ? null : this.definition(kept.definition);
      },
    };
  }

  /** One and the same object at each asking. */
  private definition(index: number): TableDefinition {
    const known = this.pool.get(index) ?? this.take<TableDefinition>(keys.definition(index));
    this.pool.set(index, known);
    return known;
  }

  private defined(file: string): KeptDefined {
    return this.maybe<KeptDefined>(keys.defined(file)) ?? { all: [], bySource: [] };
  }

  private sourcesIn(file: string): ReadonlyMap<string, { definition: number; files: readonly string[] }> {
    const known = this.bySource.get(file);
    if (known) return known;
    const read = new Map(
      this.defined(file).bySource.map(([key, definition, files]) => [key, { definition, files }]),
    );
    this.bySource.set(file, read);
    return read;
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
    const kept = this.maybe<KeptFile>(keys.file(path));
    this.files.set(path, kept);
    return kept;
  }

  known(path: string): KeptFile {
    const kept = this.file(path);
    if (!kept) throw new Declined("a record is missing");
    return kept;
  }

  take<T>(key: string): T {
    const taken = this.maybe<T>(key);
    if (taken === null) throw new Declined("a record is missing");
    return taken;
  }

  /** Null for what was not written down. */
  private maybe<T>(key: string): T | null {
    const text = this.book.get(key);
    return text === null ? null : (JSON.parse(text) as T);
  }
}

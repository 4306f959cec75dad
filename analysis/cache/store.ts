/**
 * What was worked out before, by keys that say all that it follows from. A key's text never changes, so
 * any mix of what several runs have written is right.
 *
 * On the disk it is a folder of packs. A run reads all that bear its analyser's fingerprint, and writes
 * what it worked out itself into one more: a temporary file, then a rename, so that a pack is there
 * whole or not at all, and two runs at once never write to the same. A run that is killed leaves a
 * temporary file, which a later one clears away. Where packs have become many, a run writes one in their
 * stead before it deletes them; who reads in between finds what it needs twice, or works it out anew.
 *
 * No fault of the disk is an error here: what cannot be read is worked out, what cannot be written is not.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type Pack, packed, unpacked } from "./pack.ts";

/** Packs beyond this many are made one. */
const MOST_PACKS = 6;

/** What no run asks for is kept up to this many times what the last one asked for. */
const SPARE = 2;

const DAY_MS = 24 * 60 * 60 * 1000;
/** What another version of the analyser wrote is of no use after this time without it. */
const FORGOTTEN_MS = 14 * DAY_MS;
/** A temporary file of this age is nobody's any more. */
const ABANDONED_MS = 60 * 60 * 1000;

interface Written {
  name: string;
  size: number;
}

interface Held {
  in: Written;
  pack: Pack;
  start: number;
  end: number;
}

export interface Store {
  /** How many texts it has from runs before this one; none where it is left out. */
  readonly size?: number;
  get(key: string): string | null;
  /** @param text asked only where it is kept */
  set(key: string, text: () => string): void;
  /** Writes what is new: now and then in a long run, so that one that is interrupted has not worked in vain. */
  flush(): void;
  /** Writes what is new, and tidies up. */
  close(): void;
}

/** Keeps nothing: everything is worked out anew. */
export const noStore: Store = { get: () => null, set: () => {}, flush: () => {}, close: () => {} };

/** What the packs of one folder are told apart by. */
export interface PackName {
  /** Of the analyser: what another one wrote is not read. */
  fingerprint: string;
  /** Letters: what is asked for at different times lies apart, so that less is read. */
  kind: string;
}

/**
 * Opens the folder when it is first asked for something.
 * @param folder absolute path; made where it is missing
 */
export function diskStore(folder: string, name: PackName): Store {
  let opened: DiskStore | null = null;
  const store = () => {
    opened ??= new DiskStore(folder, name);
    return opened;
  };
  return {
    get size() {
      return store().size;
    },
    get: (key) => store().get(key),
    set: (key, text) => store().set(key, text),
    flush: () => opened?.flush(),
    close: () => opened?.close(),
  };
}

class DiskStore implements Store {
  private readonly folder: string;
  private readonly fingerprint: string;
  private readonly prefix: string;
  private readonly held = new Map<string, Held>();
  private packs: Written[] = [];
  private readonly asked = new Set<string>();
  private fresh = new Map<string, string>();
  private written = new Map<string, string>();

  constructor(folder: string, { fingerprint, kind }: PackName) {
    this.folder = folder;
    this.fingerprint = fingerprint;
    this.prefix = `${fingerprint}-${kind}-`;
    // The newest last: what it says of the working folder is the most of use.
    for (const name of (attempt(() => readdirSync(folder)) ?? []).sort()) {
      if (!name.startsWith(this.prefix) || !name.endsWith(".pack")) continue;
      const bytes = attempt(() => readFileSync(join(folder, name)));
      // Another run may have tidied it away since.
      if (bytes === null) continue;
      const written = { name, size: bytes.length };
      this.packs.push(written);
      const pack = attempt(() => unpacked(bytes));
      for (const [key, start, end] of pack?.places ?? [])
        this.held.set(key, { in: written, pack: pack as Pack, start, end });
    }
  }

  get size(): number {
    return this.held.size;
  }

  get(key: string): string | null {
    const fresh = this.fresh.get(key) ?? this.written.get(key);
    if (fresh !== undefined) return fresh;
    const held = this.held.get(key);
    if (!held) return null;
    this.asked.add(key);
    return held.pack.bytes.toString("utf8", held.start, held.end);
  }

  set(key: string, text: () => string): void {
    try {
      this.fresh.set(key, text());
    } catch (error) {
      // What nests too deeply to be written down is worked out each time.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  flush(): void {
    if (this.fresh.size === 0) return;
    this.write(this.fresh);
    for (const [key, text] of this.fresh) this.written.set(key, text);
    this.fresh = new Map();
  }

  close(): void {
    const total = this.packs.length + Number(this.fresh.size > 0);
    if (total <= MOST_PACKS) {
      this.flush();
      return;
    }
    const old = this.mergeable();
    if (!this.write(this.worthKeeping(old))) return;
    for (const { name } of old) attempt(() => rmSync(join(this.folder, name), { force: true }));
    this.forget();
  }

  /** All packs, but for one that is far larger than the others together: it is not written anew for their sake. */
  private mergeable(): ReadonlySet<Written> {
    const [largest, ...others] = this.packs.toSorted((a, b) => b.size - a.size);
    const rest = others.reduce((sum, { size }) => sum + size, 0);
    return new Set(largest && largest.size > 4 * rest ? others : this.packs);
  }

  /** Of these packs, what this run asked for, and as much again of the rest; and what it worked out. */
  private worthKeeping(packs: ReadonlySet<Written>): Map<string, string> {
    const kept = new Map<string, string>();
    let bytes = 0;
    const keep = (key: string, { pack, start, end }: Held) => {
      kept.set(key, pack.bytes.toString("utf8", start, end));
      bytes += end - start;
    };
    const held = [...this.held].filter(([, item]) => packs.has(item.in));
    for (const [key, item] of held) if (this.asked.has(key)) keep(key, item);
    const most = bytes * SPARE;
    for (const [key, item] of held) if (!this.asked.has(key) && bytes < most) keep(key, item);
    for (const [key, text] of [...this.written, ...this.fresh]) kept.set(key, text);
    return kept;
  }

  private write(entries: ReadonlyMap<string, string>): boolean {
    const unique = `${Date.now().toString(36)}-${process.pid}-${this.packs.length}`;
    const name = `${this.prefix}${unique}.pack`;
    const temporary = join(this.folder, `${name}.tmp`);
    const size = attempt(() => {
      mkdirSync(this.folder, { recursive: true });
      const descriptor = openSync(temporary, "wx");
      const bytes = packed(entries);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      } finally {
        closeSync(descriptor);
      }
      renameSync(temporary, join(this.folder, name));
      return bytes.length;
    });
    if (size === null) attempt(() => rmSync(temporary, { force: true }));
    else this.packs.push({ name, size });
    return size !== null;
  }

  /** Takes away what a killed run left, and what an analyser left that has not run for long. */
  private forget(): void {
    for (const name of attempt(() => readdirSync(this.folder)) ?? []) {
      const abandoned = name.endsWith(".pack.tmp");
      if (!abandoned && (!name.endsWith(".pack") || name.startsWith(`${this.fingerprint}-`))) continue;
      const path = join(this.folder, name);
      const age = Date.now() - (attempt(() => statSync(path).mtimeMs) ?? Date.now());
      if (age > (abandoned ? ABANDONED_MS : FORGOTTEN_MS)) attempt(() => rmSync(path, { force: true }));
    }
  }
}

/** Null where the disk refuses, or where what it gives makes no sense. */
function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}

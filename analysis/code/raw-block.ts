/** The memory into which the parser lays its trees: 2 GB of addresses from one that 4 GB divides. */
import { dlopen, toArrayBuffer } from "bun:ffi";

export interface Block {
  /** With the parser's own notes at its end. */
  whole: Uint8Array;
  /** As the parser's readers take it. */
  view: Uint8Array & { int32: Int32Array; float64: Float64Array };
  /** Gives the memory back, not the addresses: who still looks there sees zeros. */
  empty(): void;
}

/** What is written to takes memory, the rest addresses alone: MAP_PRIVATE, MAP_ANONYMOUS, MAP_NORESERVE. */
const SYSTEMS: Partial<Record<NodeJS.Platform, { libraries: readonly string[]; flags: number }>> = {
  linux: {
    libraries: ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`],
    flags: 0x4022,
  },
  darwin: { libraries: ["libSystem.B.dylib"], flags: 0x1042 },
};
const READ_WRITE = 3;
const MADV_DONTNEED = 4;

const symbols = {
  mmap: { args: ["ptr", "u64", "i32", "i32", "i32", "i64"], returns: "u64" },
  madvise: { args: ["u64", "u64", "i32"], returns: "i32" },
} as const;

interface Sizes {
  BLOCK_SIZE: number;
  BLOCK_ALIGN: number;
  BUFFER_SIZE: number;
}

interface Place {
  start: number;
  empty(): void;
}

/** One for the thread: views of it may be anywhere, so it is never given up. */
let place: Place | null = null;

/** Null where the system gives no such memory. */
export function openBlock({ BLOCK_SIZE, BLOCK_ALIGN, BUFFER_SIZE }: Sizes): Block | null {
  place ??= mapped(BLOCK_SIZE, BLOCK_ALIGN);
  if (!place) return null;
  const memory = toArrayBuffer(place.start, 0, BLOCK_SIZE);
  const view = Object.assign(new Uint8Array(memory, 0, BUFFER_SIZE), {
    int32: new Int32Array(memory, 0, BUFFER_SIZE / 4),
    float64: new Float64Array(memory, 0, BUFFER_SIZE / 8),
  });
  return { whole: new Uint8Array(memory), view, empty: place.empty };
}

function mapped(size: number, align: number): Place | null {
  const { libraries = [], flags = 0 } = SYSTEMS[process.platform] ?? {};
  for (const library of libraries) {
    try {
      const { mmap, madvise } = dlopen(library, symbols).symbols;
      const room = Number(mmap(null, size + align, READ_WRITE, flags, -1, 0));
      // The last of all addresses says that there is none.
      if (room > Number.MAX_SAFE_INTEGER) return null;
      const start = Math.ceil(room / align) * align;
      return { start, empty: () => madvise(start, size, MADV_DONTNEED) };
    } catch {
      // The other C library, then.
    }
  }
  return null;
}

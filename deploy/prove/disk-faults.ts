/** Faults of the disk: full, failing, lying; and of /dev/shm. */
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { frameHeaderBytes, recordHeaderBytes, segmentHeaderBytes } from "../../runtime/audit/layout.ts";
import { checksumSeed, decodeFrameHeader } from "../../runtime/audit/segment.ts";
import { type Arena, withoutDatabase } from "./arena.ts";
import type { Fault } from "./fault.ts";
import type { Writer } from "./writer.ts";

/** A small disk of its own where we may mount one; elsewhere a disk that says that it is full. */
export const full: Fault = {
  name: "disk full",
  async run(arena) {
    const spool = arena.spool();
    mkdirSync(spool, { recursive: true });
    const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", spool]).success;
    const unmount = async () => mounted && Bun.spawnSync(["umount", "-l", spool]);
    const gone = arena.keep(unmount);
    try {
      const writers: Writer[] = [];
      const run = arena.run();
      const log = { spool, ...arena.small };
      const more = mounted ? {} : { env: { FREEHOLD_PROVE_DISK: "short 30 200" } };
      const writer = arena.writer({ run, url: arena.url, log, faultyDisk: !mounted, burst: 200 }, more);
      writers.push(writer);
      const filled = async () => {
        await writer.said(({ refusals }) => refusals.includes("full"));
        await writer.said(({ durable }) => durable > 0);
      };
      await withoutDatabase(arena, filled);
      const before = writer.seen.accepted;
      await writer.accepted(before + 5000);
      const code = await writer.end("SIGTERM");
      const { stored, announced, problems } = await arena.settle(writers, spool);
      if (!writer.seen.refusals.includes("full")) problems.push("nothing was refused");
      if (code !== 0) problems.push(`exit code ${code}: ${writer.seen.complaints.slice(-300)}`);
      if (announced > 0) problems.push(`${announced} sequences were announced as missing`);
      return {
        count: mounted ? "a disk of 12 MiB" : "170 writes refused (no disk could be mounted)",
        stored,
        announced,
        problems,
      };
    } finally {
      await unmount();
      gone();
    }
  },
};

export const sync: Fault = {
  name: "fdatasync failing",
  async run(arena, { kills }) {
    const times = Math.max(3, Math.round(kills / 10));
    const spool = arena.spool();
    const writers: Writer[] = [];
    const problems: string[] = [];
    for (let number = 0; number < times; number += 1) {
      const env = { FREEHOLD_PROVE_DISK: `sync ${2 + arena.pick(30)}` };
      const task = { run: arena.run(), url: arena.url, faultyDisk: true, log: { spool, ...arena.small } };
      const writer = arena.writer(task, { env });
      await writer.said(({ refusals }) => refusals.includes("failed"));
      await writer.end("SIGKILL");
      const { durable, failedAt } = writer.seen;
      // What was durable before may be said after.
      if (durable > (failedAt ?? 0)) problems.push("something was acknowledged after the failure");
      if (!writer.seen.refusals.includes("failed"))
        problems.push(`it went on: ${writer.seen.complaints.slice(-300)}`);
      writers.push(writer);
    }
    const { stored, announced, problems: more } = await arena.settle(writers, spool);
    if (announced > 0) more.push(`${announced} sequences were announced as missing`);
    return { count: `${times} failures`, stored, announced, problems: [...problems, ...more] };
  },
};

/** Each is an offset class of a frame, or of what lies around it. */
const places = [
  ["segment header", () => 4],
  ["frame's magic", (frame: number) => frame],
  ["frame's segment number", (frame: number) => frame + 7],
  ["frame's length", (frame: number) => frame + 10],
  ["frame's count", (frame: number) => frame + 15],
  ["frame's first sequence", (frame: number) => frame + 17],
  ["frame's time", (frame: number) => frame + 25],
  ["frame's checksum", (frame: number) => frame + 33],
  ["header's checksum", (frame: number) => frame + 37],
  ["record's length", (frame: number) => frame + frameHeaderBytes],
  ["record's sequence", (frame: number) => frame + frameHeaderBytes + 5],
  ["tuple's columns", (frame: number) => frame + frameHeaderBytes + recordHeaderBytes + 1],
  ["tuple's text", (frame: number) => frame + frameHeaderBytes + recordHeaderBytes + 90],
  ["frame's last byte", (frame: number, bytes: number) => frame + frameHeaderBytes + bytes - 1],
] as const;

/** Writers that are started together. */
const atOnce = 4;

export const torn: Fault = {
  name: "torn and flipped bytes of the spool",
  async run(arena, { long }) {
    const problems: string[] = [];
    let stored = 0;
    let announced = 0;
    const rounds = long ? 10 : 1;
    const kinds = [...places, ["torn end", null], ["torn middle", null]] as const;
    for (let round = 0; round < rounds; round += 1) {
      const spools: { spool: string; writer: Writer; what: string }[] = [];
      await withoutDatabase(arena, async () => {
        const begin = ([what, place]: (typeof kinds)[number]) => {
          const spool = arena.spool();
          const log = { spool, ...arena.small };
          const writer = arena.writer({ run: arena.run(), url: arena.url, burst: 40, pauseMs: 1, log });
          return { spool, writer, what, place };
        };
        for (let first = 0; first < kinds.length; first += atOnce) {
          const some = kinds.slice(first, first + atOnce).map(begin);
          for (const { spool, writer, what, place } of some) {
            await writer.said(({ durable }) => durable >= 300);
            await writer.end("SIGKILL");
            damage(arena, { spool, place, what, durable: writer.seen.durable });
          }
          spools.push(...some);
        }
      });
      for (const { spool, writer, what } of spools) {
        const settled = await arena.settle([writer], spool);
        stored += settled.stored;
        announced += settled.announced;
        problems.push(...settled.problems.map((problem) => `${what}: ${problem}`));
        const harmless = what === "segment header" || what === "torn end";
        if (settled.announced === 0 && !harmless) problems.push(`${what}: nothing was announced as missing`);
      }
    }
    return { count: `${rounds * kinds.length} damages`, stored, announced, problems };
  },
};

interface Damage {
  spool: string;
  place: ((frame: number, bytes: number) => number) | null;
  what: string;
  /** What its writer confirmed last. */
  durable: number;
}

function damage(arena: Arena, { spool, place, what, durable }: Damage): void {
  const folder = join(spool, readdirSync(spool)[0]!);
  const writer = folder.slice(-36);
  const path = join(folder, "00000001.seg");
  const bytes = readFileSync(path);
  const frames = framesOfSpoolAlone(bytes, writer, durable);
  const frame = frames[arena.pick(frames.length)]!;
  if (place) {
    const at = place(frame.at, frame.bytes);
    bytes[at] = bytes[at]! ^ (1 << arena.pick(8));
    writeFileSync(path, bytes);
  } else if (what === "torn end") truncateSync(path, statSync(path).size - 1 - arena.pick(1000));
  else truncateSync(path, frame.at + 1 + arena.pick(frameHeaderBytes + frame.bytes - 1));
}

/**
 * The frames of a first segment that lie nowhere else: of those that were not confirmed yet, however many these are on a slow
 * disk, the ring has the events, too, and then nothing is lost with the frame.
 */
export function framesOfSpoolAlone(
  segment: Uint8Array,
  writer: string,
  durable: number,
): { at: number; bytes: number }[] {
  const frames: { at: number; bytes: number }[] = [];
  for (let at = segmentHeaderBytes; ; ) {
    const header = decodeFrameHeader(segment, at, 1, checksumSeed(writer));
    if (!header || header.first + header.count - 1 > durable) return frames;
    frames.push({ at, bytes: header.bytes });
    at += frameHeaderBytes + header.bytes;
  }
}

export const shm: Fault = {
  name: "a full /dev/shm",
  async run(arena) {
    const spool = arena.spool();
    const small = 'mount -t tmpfs -o size=64k tmpfs /dev/shm && exec "$@"';
    const wrap = ["unshare", "--mount", "sh", "-c", small, "sh"];
    const able = Bun.spawnSync([...wrap, "true"]).success;
    const task = {
      run: arena.run(),
      url: arena.url,
      count: 2000,
      log: { spool, ring: "shm" as const, ...arena.small },
    };
    // Without the right to mount, a ring that is greater than any /dev/shm stands for it.
    const log = able ? task.log : { ...task.log, ringBytes: 1 << 30, segmentBytes: 1 << 23 };
    const writer = arena.writer({ ...task, log }, able ? { wrap } : {});
    const code = await writer.ended();
    const { stored, announced, problems } = await arena.settle([writer], spool);
    if (code !== 0 || stored !== 2000)
      problems.push(`exit code ${code}, ${stored} stored: ${writer.seen.complaints.slice(-300)}`);
    if (able && !writer.seen.complaints.includes("/dev/shm cannot hold it")) problems.push("nobody was told");
    return {
      count: able ? "64 KiB of /dev/shm" : "not made small: no right to mount",
      stored,
      announced,
      problems,
    };
  },
};

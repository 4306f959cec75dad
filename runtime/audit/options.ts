/** The log's settings, filled up and checked. */
import { isAbsolute, resolve } from "node:path";
import { maximumFrameBytes, maximumRecordBytes } from "./layout.ts";
import { AuditConfigError, type AuditLogOptions } from "./model.ts";

export type Settings = Required<Omit<AuditLogOptions, "onAlarm" | "spoolWorker">>;

const MiB = 1 << 20;

/** @throws {AuditConfigError} */
export function readOptions(given: AuditLogOptions): Settings {
  const { onAlarm: _, spoolWorker: __, ...options } = given;
  const settings: Settings = {
    ring: "spool",
    ringBytes: 16 * MiB,
    spoolLimitBytes: 1024 * MiB,
    minimumFreeBytes: 64 * MiB,
    segmentBytes: 8 * MiB,
    batchBytes: 4 * MiB,
    whenFull: "reject",
    workerSilenceMs: 10_000,
    redact: [],
    ...options,
  };
  if (typeof settings.spool !== "string" || settings.spool === "")
    throw new AuditConfigError("spool must name a folder that outlives the process");
  if (!isAbsolute(settings.spool)) settings.spool = resolve(settings.spool);
  const { ringBytes } = settings;
  whole("ringBytes", ringBytes, 4 * maximumRecordBytes, 1 << 30);
  if ((ringBytes & (ringBytes - 1)) !== 0)
    throw new AuditConfigError(`ringBytes must be a power of two, but is ${ringBytes}`);
  whole("segmentBytes", settings.segmentBytes, 2 * maximumFrameBytes, 1 << 30);
  whole("spoolLimitBytes", settings.spoolLimitBytes, settings.segmentBytes, Number.MAX_SAFE_INTEGER);
  whole("minimumFreeBytes", settings.minimumFreeBytes, 0, Number.MAX_SAFE_INTEGER);
  whole("batchBytes", settings.batchBytes, 1, 256 * MiB);
  whole("workerSilenceMs", settings.workerSilenceMs, 100, 86_400_000);
  return settings;
}

function whole(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new AuditConfigError(`${name} must be a whole number from ${least} to ${most}, but is ${value}`);
}

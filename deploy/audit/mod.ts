/** Living with an audit log: the project's side. */
export { type EraseOptions, eraseActor } from "./erase.ts";
export { type MaintainOptions, type MaintainReport, maintainAudit, pruneAudit } from "./partitions.ts";
export { type AuditRow, auditRows, followRows, lastRows, type RowFilter } from "./read.ts";
export { type ReplayReport, replayDeadLetters } from "./replay.ts";

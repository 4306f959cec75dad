/** What the stages before hand to the join: everything read, nothing judged. */
import type { Dialect, Manifest } from "../manifest/model.ts";
import type { TableDefinition } from "./code/adapters/adapter.ts";
import type { ReadAct } from "./link/acts.ts";
import type { ReadConnection } from "./link/connections.ts";
import type { Touch } from "./link/cross-imports.ts";
import type { Migrating } from "./link/migrating.ts";
import type { ReadSite, ReadUse } from "./link/sites.ts";
import type { Territory } from "./link/territory.ts";
import type { FileFacts, InputProblem } from "./model.ts";
import type { ReplayedTable } from "./replay.ts";

export interface Joinable {
  manifest: Manifest;
  files: ReadonlyMap<string, FileFacts>;
  sites: readonly ReadSite[];
  uses: readonly ReadUse[];
  /** What code does to a schema, or to a whole database, without SQL. */
  acts: readonly ReadAct[];
  connections: readonly ReadConnection[];
  territory: Territory;
  tables: readonly ReplayedTable[];
  /** Services with migrations in code that do more than is known: nothing is concluded from what the others make. */
  unreplayed: ReadonlySet<string>;
  /** Functions that only migrations call. */
  migrating: Migrating;
  /** The one engine that a file's tables are for, where a service keeps those of several; null where nothing says so. */
  engineOf(file: string): Dialect | null;
  definitions: readonly { definition: TableDefinition; file: string }[];
  /** By path, where git has another text of a migration that landed (analysis/landed.ts). */
  landed: ReadonlyMap<string, string>;
  problems: readonly InputProblem[];
  leftOut: number;
  unseen: readonly string[];
  today: string;
  /** Set where `files` are a part of the workspace: what a run before this one knows of the others. */
  rest?: { touches(file: string): Touch | null } | undefined;
}

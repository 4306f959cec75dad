/** The ownership manifest: its types, its loading, and whose a table, a file or a variable is. */

export {
  type DatabaseParts,
  type DraftService,
  doubtsOf,
  type Guess,
  type ManifestDraft,
  renderDraft,
} from "./draft.ts";
export { globMatcher } from "./globs.ts";
export { type LoadedManifest, loadManifest } from "./load.ts";
export {
  judgeTable,
  migrationOwner,
  ownersElsewhere,
  serviceByName,
  serviceOfFile,
  servicesOfVariable,
  type TableJudgement,
  usesOfTable,
} from "./lookup.ts";
export type * from "./model.ts";
export { tableFault } from "./names.ts";
export { nearest } from "./nearest.ts";
export { normalizePath } from "./paths.ts";
export { hasStar, matchName, matchTable, parseTableName, type TableName, tableText } from "./pattern.ts";
export { formatProblem, ManifestReadError } from "./problem.ts";
export { type KnownRule, optionLines } from "./rule-settings.ts";
export { manifestJsonSchema } from "./schema-json.ts";
export { diskSource, type ManifestSource, memorySource } from "./source.ts";
export { isTestFile } from "./test-file.ts";

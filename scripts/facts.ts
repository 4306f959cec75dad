/** `freehold facts`: who names which table, where, and whose it is. */
import { analyse } from "../analysis/mod.ts";
import type { Manifest, Reference, Verdict } from "../analysis/model.ts";
import { matchTable, parseTableName, serviceByName } from "../manifest/mod.ts";
import { factsFormats, unreadLines } from "../report/mod.ts";
import { exitCodes, type Io } from "./io.ts";
import { assertService } from "./read-workspace.ts";
import { openScopedCache, type ScopeOptions } from "./scope.ts";
import { typesOption } from "./types-option.ts";
import { openWorkspace, reportContext } from "./workspace.ts";

export interface FactsOptions extends Pick<ScopeOptions, "cache" | "cacheDir"> {
  format: keyof typeof factsFormats;
  config?: string;
  service?: string;
  table?: string;
  verdict?: Verdict;
  types?: boolean;
}

/** `freehold facts`. @returns the exit code */
export async function run(options: FactsOptions, io: Io): Promise<number> {
  const { root, manifest } = openWorkspace(io, options.config);
  const wanted = selector(manifest, options);
  const cache = openScopedCache(root, options, io);
  const model = await analyse({ root, manifest, ...typesOption(options, io), ...(cache && { cache }) });
  io.status(null);

  io.out(factsFormats[options.format](model.references.filter(wanted), reportContext(root, io)));
  if (model.problems.length === 0) return exitCodes.clean;
  io.err(unreadLines(model.problems));
  return exitCodes.failed;
}

/**
 * What the filters ask for. A shared file's reference is judged for each of its services: with a
 * service named, the verdict is that service's. System tables show only where `engine` is asked for.
 */
export function selector(
  manifest: Manifest,
  { service, table, verdict }: Pick<FactsOptions, "service" | "table" | "verdict">,
): (reference: Reference) => boolean {
  if (service !== undefined) assertService(manifest, service);
  const pattern = table === undefined ? null : parseTableName(table);
  return (reference) => {
    if (service !== undefined && !reference.services.includes(service)) return false;
    if (pattern && !isNamed(manifest, reference, pattern)) return false;
    const given = verdictFor(reference, service);
    return verdict === undefined ? given !== "engine" : given === verdict;
  };
}

function verdictFor({ judgements, verdict }: Reference, service: string | undefined): Verdict {
  return judgements.find((judgement) => judgement.service === service)?.verdict ?? verdict;
}

/** A pattern without a schema means the table in any; an unqualified reference stands in its service's schema. */
function isNamed(
  manifest: Manifest,
  { schema, table, services }: Reference,
  pattern: ReturnType<typeof parseTableName>,
): boolean {
  if (table === null) return false;
  const own = services.map((name) => serviceByName(manifest, name)?.schema ?? "");
  const schemas = schema === null ? own : [schema];
  return schemas.length === 0
    ? pattern.schema === null && matchTable(pattern, "", table, [""])
    : schemas.some((stands) => matchTable(pattern, stands, table, schemas));
}

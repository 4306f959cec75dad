/** `freehold docs`: DATABASE.md of each service, as far as it follows from the manifest, the code and the migrations. */
import { basename, dirname, join } from "node:path";
import type { Service } from "../analysis/model.ts";
import { observe } from "../deploy/roles/mod.ts";
import { ManifestReadError } from "../manifest/problem.ts";
import type { ManifestSource } from "../manifest/source.ts";
import { databaseDocs, unreadLines } from "../report/mod.ts";
import { ExpectedError, exitCodes, type Io } from "./io.ts";
import { assertService, type ReadOptions, readWorkspace } from "./read-workspace.ts";
import { workingSource } from "./tree-source.ts";
import { findManifest } from "./workspace.ts";
import { writeWhole } from "./write-whole.ts";

export interface DocsOptions extends ReadOptions {
  /** Only this one. */
  service?: string;
  /** Writes nothing, and names what is out of date. */
  check?: boolean;
}

const begin = '<!-- freehold:begin (written by "freehold docs" up to freehold:end) -->';
const beginsWith = "<!-- freehold:begin";
const end = "<!-- freehold:end -->";

/** `freehold docs`. @returns the exit code: 1 where `--check` finds one that is out of date */
export async function run(
  { service: only, check = false, ...options }: DocsOptions,
  io: Io,
): Promise<number> {
  const path = findManifest(io, options.config);
  const root = dirname(path);
  const source = workingSource(root, basename(path));
  const model = await readWorkspace(options, io);
  if (model.problems.length > 0) {
    // What is known of half the files must not stand in a document as if it were all.
    io.err(unreadLines(model.problems));
    return exitCodes.failed;
  }
  if (only !== undefined) assertService(model.manifest, only);
  const seen = observe(model);
  // All are made before one is written: what is wrong with the last one leaves the first one as it is.
  const stale = model.manifest.services.flatMap((service) => {
    const folder = service.external || (only ?? service.name) !== service.name ? undefined : service.paths[0];
    if (folder === undefined) return [];
    const file = folder === "" ? "DATABASE.md" : `${folder}/DATABASE.md`;
    if (!source.isFolder(folder)) throw new ExpectedError(`${folder} of ${service.name} is no folder`);
    const known = readDocs(source, file);
    const text = withDocs(known, service, databaseDocs(model, service, seen), file);
    return text === known ? [] : [{ service, file, text, isThere: known !== null }];
  });
  for (const { service, file, text, isThere } of stale) {
    if (check) {
      const what = isThere ? "is no longer what the migrations and the code say" : "is missing";
      io.out(`${file} ${what}: run "freehold docs --service ${service.name}"\n`);
      continue;
    }
    writeWhole(join(root, file), text, file);
    io.out(`wrote ${file}\n`);
  }
  if (stale.length === 0) io.out("every DATABASE.md is what the migrations and the code say\n");
  return check && stale.length > 0 ? exitCodes.findings : exitCodes.clean;
}

/**
 * The document with its part anew; what people wrote before and behind it stays byte for byte. Where there is no such
 * part yet, it is added at the end.
 * @throws ExpectedError where the part begins and does not end
 */
function withDocs(known: string | null, service: Service, docs: string, file: string): string {
  const lineEnd = known?.includes("\r\n") ? "\r\n" : "\n";
  const part = `${begin}\n\n${docs}\n${end}`.replaceAll("\n", lineEnd);
  if (known === null) return `# ${service.name}'s database\n\n${part}\n`;
  const from = known.indexOf(beginsWith);
  const to = known.indexOf(end, from);
  if (from < 0 && to < 0) return `${known}${gap(known, lineEnd)}${part}${lineEnd}`;
  if (from < 0 || to < 0) {
    const [there, lacking] = from < 0 ? ["end", "begin"] : ["begin", "end"];
    throw new ExpectedError(
      `${file} has a line freehold:${there} and no freehold:${lacking} ${from < 0 ? "before" : "behind"} it: put it back, or take out both and what stands between them`,
    );
  }
  return known.slice(0, from) + part + known.slice(to + end.length);
}

/** What parts the text from what comes behind it by an empty line. */
function gap(text: string, lineEnd: string): string {
  if (text === "" || text.endsWith(lineEnd + lineEnd)) return "";
  return text.endsWith(lineEnd) ? lineEnd : lineEnd + lineEnd;
}

function readDocs(source: ManifestSource, file: string): string | null {
  try {
    return source.read(file);
  } catch (error) {
    if (!(error instanceof ManifestReadError)) throw error;
    throw new ExpectedError(`${file} ${error.message}`);
  }
}

/** `freehold why SERVICE TABLE`: every place and import chain by which a service reaches a table. */
import { why } from "../report/mod.ts";
import { selector } from "./facts.ts";
import type { Io } from "./io.ts";
import { assertService, type ReadOptions, readWorkspace, show } from "./read-workspace.ts";
import { openWorkspace } from "./workspace.ts";

export async function run(
  { service, table, ...options }: ReadOptions & { service: string; table: string },
  io: Io,
): Promise<number> {
  assertService(openWorkspace(io, options.config).manifest, service);
  const model = await readWorkspace(options, io);
  const wanted = selector(model.manifest, { service, table });
  const text = why({ service, table, references: model.references.filter(wanted), today: model.today }, io);
  return show(text, model, io);
}

/** What the options of a mapper's connections say of all its entities. */
import type { Expr } from "../../model.ts";
import type { Ask } from "./adapter.ts";
import { entryOf, resultOf } from "./builders.ts";
import { shared } from "./entities.ts";

/**
 * The options with which connections are opened, wherever that is.
 *
 * @param openings the calls that take them: `DataSource`, `MikroORM.init`
 */
export function optionsOf(openings: RegExp, ask: Ask): readonly Expr[] {
  return ask.gather<readonly Expr[]>(openings, [], (sources) =>
    sources.flatMap((source) => openingOptions(source, openings, ask) ?? []),
  );
}

/** The options of one such call, behind a function that makes them, too; null for any other expression. */
export function openingOptions(source: Expr, openings: RegExp, ask: Ask): Expr | null {
  if (source.kind === "client") return source.made ? openingOptions(source.made, openings, ask) : null;
  if ((source.kind !== "new" && source.kind !== "call") || !openings.test(dotted(source.callee, ask)))
    return null;
  const [first] = source.args;
  const factory = first && entryOf(first, "useFactory", ask);
  const options = factory ? ask.apply(ask.follow(factory), []) : first;
  return options ? resultOf(options, ask) : null;
}

/** One of the options; of several connections the nearest to a file counts. */
export function settingOf(key: string, file: string, openings: RegExp, ask: Ask): Expr | null {
  const options = optionsOf(openings, ask);
  const ranked = options.toSorted((a, b) => shared(b.at.file, file) - shared(a.at.file, file));
  const said = ranked.flatMap((item) => entryOf(item, key, ask) ?? []);
  return said[0] ?? null;
}

/** `DataSource`, `MikroORM.init`: what is called, by the names under which a module exports it. */
function dotted(callee: Expr, ask: Ask): string {
  const inner = ask.follow(callee);
  if (inner.kind === "import") return inner.name;
  return inner.kind === "member" ? `${dotted(inner.of, ask)}.${inner.property}` : "";
}

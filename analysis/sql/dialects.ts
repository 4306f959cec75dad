/** The dialects and who reads them: a new one is one more row. */
import type { Dialect } from "../../manifest/model.ts";
import type { DialectReader } from "./dialect-reader.ts";

/** A reader whose code comes with its grammar: a process that meets no SQL pays for neither. */
function lazy(
  bring: () => Promise<DialectReader>,
  bringGrammar?: () => Promise<unknown>,
): DialectReader & { isLoaded(): boolean } {
  let reader: DialectReader | null = null;
  let loaded = false;
  const loadedReader = () => {
    if (!reader) throw new Error("the SQL grammar is not loaded: await loadSql() first");
    return reader;
  };
  return {
    async load() {
      if (loaded) return;
      // A grammar compiles on a thread of its own, while the reader's code is read on this one.
      const [, brought] = await Promise.all([bringGrammar?.(), bring()]);
      await brought.load();
      reader = brought;
      loaded = true;
    },
    isLoaded: () => loaded,
    read: (text, options) => loadedReader().read(text, options),
    variables: (text) => loadedReader().variables?.(text) ?? [],
  };
}

const cst = async (dialect: Exclude<Dialect, "postgresql">) =>
  (await import("./cst/reader.ts")).cstReader(dialect);

export const DIALECTS: Record<Dialect, ReturnType<typeof lazy>> = {
  postgresql: lazy(
    async () => (await import("./postgres/reader.ts")).postgresReader,
    async () => (await import("./postgres/wasm.ts")).loadWasm(),
  ),
  sqlite: lazy(() => cst("sqlite")),
  mysql: lazy(() => cst("mysql")),
  mariadb: lazy(() => cst("mariadb")),
};

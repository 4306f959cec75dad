/** Which model a property of a Prisma client means: in the schema that this very client is generated from. */
import type { ChainStep, Expr } from "../../model.ts";
import type { Model } from "../../prisma/schemas.ts";
import { modelOf, nearestSchema, readSchemas } from "../../prisma/schemas.ts";
import type { Ask, Chain } from "./adapter.ts";

interface Found {
  model: Model | null;
  reason: string;
}

/** The models that a property of the client means, in the schema that the client is generated from. */
export function modelsFor({ name, key }: ChainStep, chain: Chain, ask: Ask): Found[] {
  if (name !== "") return [modelFor(name, chain, ask)];
  const names = key ? ask.names(key) : [];
  if (names.length === 0) return [{ model: null, reason: "the model is not known before it runs" }];
  return names.map(({ table, reason }) =>
    table === null
      ? { model: null, reason: reason ?? "the model is not known before it runs" }
      : modelFor(table, chain, ask),
  );
}

function modelFor(name: string, chain: Chain, ask: Ask): Found {
  const all = readSchemas(ask.sources());
  const own = schemaOf(chain.root, ask, 0) ?? nearestSchema(chain.at.file, all)?.file;
  const schemas = own ? all.filter(({ file }) => file === own) : all;
  const models = schemas.flatMap((schema) => modelOf(schema, name) ?? []);
  const [first, ...others] = models;
  if (!first) {
    const reason = own
      ? `${own} has no model for \`${name}\``
      : `no schema.prisma of the workspace has a model for \`${name}\``;
    return { model: null, reason };
  }
  if (others.some(({ table }) => table.table !== first.table.table || table.schema !== first.table.schema))
    return { model: null, reason: `several schemas have a model for \`${name}\`` };
  return { model: first, reason: "" };
}

/** The schema behind a client: what its class is generated from, else the one near the file that makes it. */
function schemaOf(expr: Expr, ask: Ask, depth: number): string | null {
  if (depth > 12) return null;
  const next = (inner: Expr) => schemaOf(inner, ask, depth + 1);
  const inner = ask.follow(expr);
  switch (inner.kind) {
    case "client":
      if (inner.at.file.endsWith(".prisma")) return inner.at.file;
      return (
        (inner.made ? next(inner.made.callee) : null) ??
        nearestSchema(inner.at.file, readSchemas(ask.sources()))?.file ??
        null
      );
    case "class":
      return inner.extends && next(inner.extends);
    case "typed": {
      const { from } = inner.type;
      if (!from) return null;
      const at = inner.at;
      return (
        next({ kind: "import", ...from, at }) ??
        next({ kind: "import", specifier: from.specifier, name: "PrismaClient", at })
      );
    }
    case "parameter":
      return inner.handed && next(inner.handed.receiver);
    case "call":
    case "new":
      for (const argument of inner.args) {
        const made = argument.kind === "function" && argument.result;
        const found = made && made.kind === "client" ? next(made) : null;
        if (found) return found;
      }
      return next(inner.callee);
    case "member":
      return next(inner.of);
    case "function":
      return inner.result && next(inner.result);
    case "either":
      for (const option of inner.options) {
        const found = next(option);
        if (found) return found;
      }
      return null;
    default:
      return null;
  }
}

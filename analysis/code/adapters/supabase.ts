/**
 * supabase-js: https://supabase.com/docs/reference/javascript. `from("t")` names the table, the chain
 * says what is done to it, and a select's text may embed related tables (PostgREST's syntax).
 */
import type { Expr, Operation, Span } from "../../model.ts";
import type { Adapter, Ask, Chain, Named } from "./adapter.ts";
import { entry } from "./expressions.ts";

const DOING: Readonly<Record<string, Operation>> = {
  select: "select",
  insert: "insert",
  upsert: "insert",
  update: "update",
  delete: "delete",
};

/** Where a chain without evidence is Supabase's: its client's usual names. */
const HABIT = /^(?:supabase|supabaseClient|supabaseAdmin|sb|client)$/i;

export const supabase: Adapter = {
  name: "supabase-js",
  packages: [
    "@supabase/supabase-js",
    "@supabase/ssr",
    "@supabase/auth-helpers-nextjs",
    "@supabase/auth-helpers-react",
    "@supabase/postgrest-js",
  ],
  dialect: "postgresql",
  opens: {
    createClient: {},
    createServerClient: {},
    createBrowserClient: {},
    createClientComponentClient: {},
    createServerComponentClient: {},
    createServerActionClient: {},
    createRouteHandlerClient: {},
    createMiddlewareClient: {},
    createPagesBrowserClient: {},
    createPagesServerClient: {},
    useSupabaseClient: {},
    PostgrestClient: {},
  },
  ready: [],
  types: ["SupabaseClient", "PostgrestClient"],
  variables: [],
  begets: { schema: "result" },
  methods: ["from", "channel"],

  read: () => null,

  chain(chain, ask) {
    const subscribed = changesOf(chain, ask);
    if (subscribed.length > 0) return subscribed;
    const at = chain.steps.findIndex(({ name, args }) => name === "from" && args?.length === 1);
    const [first] = chain.steps[at]?.args ?? [];
    // Buckets of files are no tables.
    if (!first || chain.steps[at - 1]?.name === "storage") return null;
    const rest = chain.steps.slice(at + 1);
    const doing = rest.find(({ name, args }) => name in DOING && args !== null);
    if (!chain.certain && !(doing && HABIT.test(chain.receiver.at(-1) ?? ""))) return null;
    const schema = schemaOf(chain, ask);
    const operation = DOING[doing?.name ?? "select"] ?? "select";
    const found: Named[] = ask
      .names(first)
      .map((name) => ({ name: { ...name, schema: name.schema ?? schema }, operation }));
    // insert(…).select("*, other(*)") reads what it embeds.
    for (const { name, args } of rest)
      if (name === "select" && args?.[0])
        found.push(
          ...embedded(args[0], ask).map((name) => ({
            name: { ...name, schema },
            operation: "select" as const,
          })),
        );
    return found;
  },
};

/** The schema that the chain says, else the one that the client was made for. */
function schemaOf({ steps, root }: Chain, ask: Ask): string | null {
  const step = steps.find(({ name }) => name === "schema");
  if (step?.args?.[0]) return ask.text(step.args[0]);
  const options = root.kind === "client" ? root.made?.args[2] : undefined;
  const db = options && entry(ask.follow(options), "db");
  const schema = db && entry(ask.follow(db), "schema");
  return schema ? ask.text(schema) : null;
}

/** `channel("x").on("postgres_changes", { schema, table }, …)`: the table's rows, as they change. */
function changesOf({ steps }: Chain, ask: Ask): Named[] {
  return steps.flatMap(({ name, args }): Named[] => {
    const [event, filter] = args ?? [];
    if (name !== "on" || !event || !filter || ask.text(event) !== "postgres_changes") return [];
    const options = ask.follow(filter);
    const table = entry(options, "table");
    const schema = entry(options, "schema");
    return table
      ? ask.names(table).map((item) => ({
          name: { ...item, schema: schema ? ask.text(schema) : null },
          operation: "select",
        }))
      : [];
  });
}

/** `id, author:users!fk(name, orders(*)), …items(count)`: a name with parentheses is a related table. */
function embedded(expr: Expr, ask: Ask): Named["name"][] {
  const text = ask.text(expr);
  if (text === null)
    return [{ schema: null, table: null, reason: "the columns that it selects are not known", at: expr.at }];
  const inner = expr.kind === "alias" ? expr.of : expr;
  const [run] = inner.kind === "text" ? inner.runs : [];
  const verbatim =
    inner.kind === "text" && inner.runs.length === 1 && run && run.at.end - run.at.start === text.length;
  return [...text.matchAll(/(?:\.\.\.)?(?:[\w"]+\s*:\s*)?"?(\w+)"?(?:!\w+)*\s*\(/g)].flatMap((match) => {
    const name = match[1] ?? "";
    // Aggregates stand behind a dot; casts and counts take no parentheses with columns.
    if (/\.\s*$/.test(text.slice(0, match.index + match[0].indexOf(name))) && !match[0].startsWith("..."))
      return [];
    const start = match.index + match[0].lastIndexOf(name);
    const at: Span =
      verbatim && run
        ? { ...run.at, start: run.at.start + start, end: run.at.start + start + name.length }
        : expr.at;
    // A column may stand for what its foreign key leads to.
    const column = /_id$/.test(name);
    const reason = column ? `the table that \`${name}\` refers to is not said` : null;
    return [{ schema: null, table: column ? null : name, reason, at }];
  });
}

/** What a step of Knex's schema builder does to its table, by what the function does that it calls back. */
import type { BuildingStep, ChainStep, Expr } from "../../model.ts";
import type { Ask, TableName } from "./adapter.ts";
import { entry, isTrue } from "./expressions.ts";
import {
  allTexts,
  columnsBy,
  created,
  createdView,
  everyName,
  OPEN,
  renamed,
  type Shaping,
} from "./shaping.ts";

/** Methods that call back with a table's builder. */
export const BUILDING: readonly string[] = [
  "createTable",
  "createTableIfNotExists",
  "createTableLike",
  "alterTable",
  "table",
];

/** Methods that make a column of the name that they are given first. */
export const COLUMN =
  /^(?:(?:big|tiny|small|medium)?int(?:eger|)|bigInteger|tinyint|(?:big)?[iI]ncrements|(?:tiny|medium|long)?text|string|(?:n?var)?char|float|real|double|decimal|numeric|bool(?:ean)?|bit|date|dateTime|datetime|time|timestamp|timestamptz|year|binary|blob|enum?|json|jsonb|uuid|geo(?:metry|graphy)|point|specificType|set|inet|citext)$/;

/** Methods that leave the columns as they are. */
const BESIDE =
  /^(?:index|unique|primary|foreign|check\w*|comment|engine|charset|collate|queryContext|(?:set|drop)Nullable|drop(?:Foreign|Index|Unique|Primary|Checks)|withKeyName)$/;

const DEEPEST = 8;

const INDEXES: Readonly<Partial<Record<string, Index["kind"]>>> = {
  primary: "pkey",
  index: "index",
  unique: "unique",
};

/** What is done to a table, and which indexes are made on it: by name, else by columns and kind. */
interface Built {
  /** Null where that is not known. */
  shapings: Shaping[] | null;
  indexes: Index[];
}

interface Index {
  name: string | null;
  columns: readonly string[];
  kind: "pkey" | "index" | "unique";
}

/** What the method does to the table that it names first. */
export function shapingsOf(method: string, [, second]: readonly Expr[], ask: Ask): Built {
  const only = (shapings: Shaping[] | null): Built => ({ shapings, indexes: [] });
  switch (method) {
    case "createTable":
    case "createTableIfNotExists": {
      const { steps, indexes } = second ? builtBy(second, ask) : { steps: OPEN, indexes: [] };
      const columns = steps.flatMap((item) => (item.kind === "add-column" ? item.column : []));
      const known = steps.every(({ kind }) => kind === "add-column");
      return { shapings: created(known ? columns : null, method === "createTableIfNotExists"), indexes };
    }
    case "createTableLike":
      return only(created(null, false));
    case "alterTable":
    case "table": {
      const { steps, indexes } = second ? builtBy(second, ask) : { steps: OPEN, indexes: [] };
      return { shapings: steps, indexes };
    }
    case "createView":
    case "createViewOrReplace":
    case "createMaterializedView":
      return only(createdView(true));
    case "dropTable":
    case "dropTableIfExists":
      return only([{ kind: "drop", object: "table", ifExists: true }]);
    case "dropView":
    case "dropViewIfExists":
    case "dropMaterializedView":
    case "dropMaterializedViewIfExists":
      return only([{ kind: "drop", object: "view", ifExists: true }]);
    case "renameTable":
    case "renameView": {
      const to = second ? ask.text(second) : null;
      return only(to === null ? null : [{ kind: "rename", to }]);
    }
    default:
      return only(OPEN);
  }
}

/** The names of indexes as Knex chooses them where it is given none. */
export function indexNames({ table }: TableName, indexes: readonly Index[]): string[] {
  if (table === null) return [];
  return indexes.map(({ name, columns, kind }) => {
    if (name !== null) return name;
    if (kind === "pkey") return `${table}_pkey`;
    return [table.replaceAll(/[.-]/g, "_"), ...columns, kind].join("_").toLowerCase();
  });
}

/** What a function does with the table's builder. */
function builtBy(expr: Expr, ask: Ask): { steps: Shaping[]; indexes: Index[] } {
  const inner = ask.follow(expr);
  if (inner.kind !== "function" || !inner.building) return { steps: OPEN, indexes: [] };
  const indexes: Index[] = [];
  return { steps: new Builder(ask, indexes).steps(inner.building), indexes };
}

class Builder {
  private readonly ask: Ask;
  private readonly indexes: Index[];
  private readonly put: (expr: Expr) => Expr;
  private readonly depth: number;

  /** @param put puts a function's arguments in the place of its parameters */
  constructor(ask: Ask, indexes: Index[], put = (expr: Expr) => expr, depth = 0) {
    this.ask = ask;
    this.indexes = indexes;
    this.put = put;
    this.depth = depth;
  }

  steps(steps: readonly BuildingStep[]): Shaping[] {
    return steps.flatMap((step) => this.step(step));
  }

  private step(step: BuildingStep): Shaping[] {
    switch (step.kind) {
      case "chain":
        return this.chain(step.steps);
      case "each":
        return this.steps(step.of);
      case "either": {
        const options = step.options.map((option) => this.steps(option));
        const [first = new Set(), ...rest] = options.map(
          (option) => new Set(option.map((item) => JSON.stringify(item))),
        );
        // What only some of the ways do may have been done or not.
        const same = rest.every((other) => other.symmetricDifference(first).size === 0);
        return same ? (options[0] ?? []) : OPEN;
      }
      case "handed": {
        const { ask, indexes, put, depth } = this;
        const fn = ask.follow(step.to);
        if (fn.kind !== "function" || !fn.building || depth > DEEPEST) return OPEN;
        const args = step.args.map(put);
        const inner = (expr: Expr) => ask.apply({ ...fn, result: expr }, args) ?? expr;
        return new Builder(ask, indexes, inner, depth + 1).steps(fn.building);
      }
      case "open":
        return OPEN;
    }
  }

  /** `table.string("name").notNullable()`: the first method says what is done, to which column. */
  private chain([first, ...rest]: readonly ChainStep[]): Shaping[] {
    if (!first) return OPEN;
    const { name } = first;
    const args = (first.args ?? []).map(this.put);
    if (BESIDE.test(name)) {
      const columns = args[0] ? everyName(args[0], this.ask) : [];
      if (columns) this.index(first, columns, args[1]);
      return [];
    }
    const counts = /increments$/i.test(name);
    const unnamed = !args[0] || this.ask.follow(args[0]).kind === "object";
    if (counts || COLUMN.test(name)) {
      const columns = counts && unnamed ? ["id"] : everyName(args[0], this.ask);
      if (counts) this.indexes.push({ name: null, columns: [], kind: "pkey" });
      if (columns) for (const step of rest) this.index(step, columns, step.args?.[0]);
      return columnsBy("add-column", columns);
    }
    switch (name) {
      case "timestamps":
      case "dropTimestamps": {
        const made = name === "timestamps";
        const given = args[0] && this.ask.follow(args[0]);
        const camel = entry(given, "useCamelCase") ?? args[made ? 2 : 0];
        const columns = isTrue(camel, this.ask) ? ["createdAt", "updatedAt"] : ["created_at", "updated_at"];
        return columnsBy(made ? "add-column" : "drop-column", columns);
      }
      case "dropColumn":
      case "dropColumns": {
        const names = args.map((expr) => everyName(expr, this.ask));
        return columnsBy("drop-column", names.every((one) => one !== null) ? names.flat() : null);
      }
      case "renameColumn":
        return renamed(allTexts(args.slice(0, 2), this.ask));
      default:
        return OPEN;
    }
  }

  private index({ name }: ChainStep, columns: readonly string[], given: Expr | undefined): void {
    const kind = INDEXES[name];
    if (!kind) return;
    const options = given && this.ask.follow(given);
    const called = options && (entry(options, "indexName", "constraintName") ?? options);
    this.indexes.push({ name: called ? this.ask.text(called) : null, columns, kind });
  }
}

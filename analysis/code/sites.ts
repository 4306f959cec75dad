/**
 * Where SQL reaches a client. With evidence (or a tag named `sql`) a site is certain, and what is
 * not understood about it will be reported; without any it is likely, and counts only if the text
 * reads as SQL.
 */

import type { QueryFunction } from "../../manifest/model.ts";
import type { Expr, Span, SqlSite, TableUse } from "../model.ts";
import type { Adapter, Answer } from "./adapters/adapter.ts";
import { bound } from "./adapters/bindings.ts";
import { entry } from "./adapters/expressions.ts";
import { formatted } from "./adapters/pg-promise-format.ts";
import type { Called } from "./called.ts";
import { calledMethod } from "./called.ts";
import { clientByImports, moduleExport, rawAdapter, tagAdapter } from "./client-exports.ts";
import { clientOf } from "./evidence.ts";
import type { ExpressionReader } from "./expression.ts";
import { looksLikeTag } from "./expression-words.ts";
import { inQuotes } from "./in-quotes.ts";
import { opensLikeSql, VERB } from "./opening.ts";
import { allText, beginning, queryText, readsAsSql, TEXT_KEY } from "./query-text.ts";
import type { FileScopes, Scope } from "./scope.ts";
import { lookup } from "./scope.ts";
import {
  beginningOf,
  DOCUMENTS,
  describedBy,
  FOR_PEOPLE,
  FOR_TEXT,
  HABIT,
  isArgument,
  isRaw,
  lastName,
  leadsOn,
  METHODS,
  madeText,
  rootName,
} from "./site-callees.ts";
import type { Node } from "./syntax.ts";
import { propertyName, unwrap } from "./syntax.ts";

/** Packages whose connections, called `conn` and `pool` as databases' are, take something else than SQL. */
const OTHERS =
  /^(?:ssh2|node-ssh|amqplib|ioredis|redis|mongodb|ldapts|imapflow|workerpool|tinypool|piscina)$/;

export interface Sites {
  sites: SqlSite[];
  uses: TableUse[];
}

/** Where a file hands SQL or the name of a table to a client. */
export function readSites(
  file: string,
  scopes: FileScopes,
  expressions: ExpressionReader,
  specifiers: Iterable<string>,
  queryFunctions: readonly QueryFunction[] = [],
): Sites {
  const result: Sites = { sites: [], uses: [] };
  const habitual = clientByImports(specifiers);
  /** Where templates start that are part of a site's text. */
  const taken = new Set<number>();
  /** Where calls start that make a site's text out of another: `format("select …")`. */
  const makers = new Set<number>();
  const at = (node: Node): Span => ({ file, start: node.start, end: node.end });

  const add = (
    node: Node,
    scope: Scope,
    client: string,
    given: Expr,
    certain: boolean,
    receiver: Expr | null,
    { part = false, made = false }: { part?: boolean | undefined; made?: boolean | undefined } = {},
  ) => {
    const text = queryText(given);
    take(text);
    // What makes the text is read with what it is made for.
    const maker = given.kind === "alias" ? given.of : given;
    if (text !== given && (maker.kind === "call" || maker.kind === "new")) makers.add(maker.at.start);
    result.sites.push({
      client,
      receiver,
      text,
      at: at(node),
      enclosing: scope.enclosing,
      certainty: certain ? "certain" : "likely",
      whole: !isRaw(node),
      fragment: made || node.type === "TaggedTemplateExpression" || (part && isArgument(node, scopes)),
    });
  };

  const answer = (node: Node, scope: Scope, adapter: Adapter, said: Answer | null) => {
    if (said?.kind === "query") add(node, scope, adapter.name, said.text, true, null, said);
    if (said?.kind === "file") add(node, scope, adapter.name, expressions.file(node, scope), true, null);
    if (said?.kind === "table")
      result.uses.push({
        client: adapter.name,
        table: said.table,
        schema: said.schema,
        operation: said.operation,
        at: at(node),
        enclosing: scope.enclosing,
      });
  };

  for (const { node, scope } of scopes.candidates) {
    if (node.type === "TaggedTemplateExpression") {
      // It stands within another's text and is read with it.
      if (taken.has(node.start)) continue;
      const tag = node.tag as Node;
      const template = () => expressions.tagged(node, scope);
      const adapter = clientOf(tag, scope, scopes) ?? tagAdapter(tag, scope) ?? rawAdapter(lastName(tag));
      if (adapter)
        answer(node, scope, adapter, adapter.read({ form: "tag", method: "", args: [template()] }));
      else if (looksLikeTag(tag) || expressions.sqlAdapter(tag, scope))
        add(node, scope, habitual?.name ?? "unknown", template(), true, receiverOf(tag, scope));
      else if (!FOR_PEOPLE.test(lastName(tag))) {
        const receiver = expressions.root(tag, scope);
        if (VERB.test(node.quasi.quasis[0]?.value.raw ?? "") || leadsOn(receiver))
          add(node, scope, habitual?.name ?? "unknown", template(), false, receiver);
      }
    } else if (node.type === "CallExpression" || node.type === "NewExpression") {
      if (makers.has(node.start)) continue;
      const callee = unwrap(node.callee as Node);
      const described = queryFunctions.length ? describedBy(callee, queryFunctions) : null;
      if (described && node.arguments[0]) {
        const argument = expressions.read(node.arguments[0] as Node, scope);
        const text = described.key === null ? argument : entry(argument, described.key);
        if (text) add(node, scope, habitual?.name ?? described.path.join("."), text, true, null);
        continue;
      }
      const called = node.type === "CallExpression" ? calledMethod(node, scope) : null;
      if (called && methodCall(node, called, scope)) continue;
      // literal("…"): an export that takes SQL, and is a function.
      const tag = callee.type === "Identifier" && !taken.has(node.start) ? tagAdapter(callee, scope) : null;
      if (tag && node.type === "CallExpression") {
        const args = node.arguments.map((argument) => expressions.read(argument as Node, scope));
        const said = tag.read({ form: "call", method: moduleExport(callee, scope)?.name ?? "", args });
        if (said) {
          answer(node, scope, tag, said);
          continue;
        }
      }
      if (
        (FOR_PEOPLE.test(rootName(callee)) && rootName(callee) !== "t") ||
        FOR_PEOPLE.test(lastName(callee)) ||
        FOR_TEXT.test(lastName(callee)) ||
        /Error$/.test(lastName(callee))
      )
        continue;
      const receiver = callee.type === "MemberExpression" ? receiverOf(callee.object as Node, scope) : null;
      const decorates = scopes.parents.get(node)?.type === "Decorator";
      if (decorates && DOCUMENTS.test(lastName(callee))) continue;
      for (const argument of node.arguments)
        textArgument(node, decorates ? madeText(argument as Node) : (argument as Node), scope, receiver);
    }
  }
  return result;

  /** A method's call that is understood, or whose text is to be looked at once its object is known. */
  function methodCall(node: Node, { object, method, scope: inner, args }: Called, scope: Scope): boolean {
    const adapter =
      rawAdapter(method) ??
      clientOf(object, inner, scopes) ??
      (method === "raw" ? clientOf(beginningOf(object), inner, scopes) : null) ??
      (taken.has(node.start) ? null : tagAdapter(object, inner));
    if (adapter) {
      // Within a string of the text it names no table, whatever it is.
      if (inQuotes(node, scopes)) return true;
      const said = adapter.read({ form: "method", method, args: expressions.list(args, scope) });
      if (said) answer(node, scope, adapter, said);
      return said !== null;
    }
    // It stands within another's text and is read with it.
    if (taken.has(node.start)) return true;
    if (!METHODS.test(method)) return false;
    const habit = habitualReceiver(object) && !OTHERS.test(madeBy(object, inner));
    const receiver = habit ? receiverOf(object, inner) : expressions.root(object, inner);
    if (!habit && (!receiver || !leadsOn(receiver))) return false;
    const [written, values] = expressions.list(args, scope);
    // Identifiers are bound as `??` by more than one client.
    const binds = written && values && /\?\?|(?<!:):\w+:(?!:)/.test(beginning(written));
    const text = binds ? bound(written, values) : written && withMarks(written, values);
    // An object without text, and a function to call back, are none of a database's queries.
    if (!text || /^(?:object|function)$/.test(queryText(text).kind)) return false;
    add(node, scope, habitual?.name ?? "unknown", text, habit, receiver);
    return true;
  }

  function take(expr: Expr): void {
    switch (expr.kind) {
      case "sql":
        taken.add(expr.at.start);
        for (const inner of expr.of) take(inner);
        return;
      case "concat":
        for (const part of expr.parts) take(part);
        return;
      case "either":
        for (const option of expr.options) take(option);
        return;
      case "alias":
        take(expr.of);
        return;
    }
  }

  /** A string that begins like SQL and reaches a call that is not known. */
  function textArgument(call: Node, argument: Node, scope: Scope, receiver: Expr | null): void {
    const inner = unwrap(argument);
    switch (inner.type) {
      case "ObjectExpression":
        for (const property of inner.properties)
          if (property.type === "Property" && TEXT_KEY.test(propertyName(property as Node) ?? ""))
            textArgument(call, madeText(property.value as Node), scope, receiver);
        return;
      // A batch of statements.
      case "ArrayExpression":
        for (const item of inner.elements)
          if (item && item.type !== "SpreadElement") textArgument(call, item as Node, scope, receiver);
        return;
      case "ConditionalExpression":
        textArgument(call, inner.consequent, scope, receiver);
        textArgument(call, inner.alternate, scope, receiver);
        return;
      case "LogicalExpression":
        textArgument(call, inner.left, scope, receiver);
        textArgument(call, inner.right, scope, receiver);
        return;
    }
    if (!opensLikeSql(inner, scope)) return;
    const written = expressions.read(inner, scope);
    if (!readsAsSql(beginning(written))) return;
    const values = "arguments" in call && call.arguments[0] === argument ? call.arguments[1] : null;
    const text = withMarks(written, values ? expressions.read(values as Node, scope) : undefined);
    add(call, scope, habitual?.name ?? "unknown", text, false, receiver);
  }

  /** The expression to follow into another module, where the receiver is imported. */
  function receiverOf(node: Node, scope: Scope): Expr | null {
    const from = moduleExport(node, scope);
    return from ? { kind: "import", ...from, at: at(node) } : null;
  }

  /** The package whose export made what a name stands for; empty where the file does not tell. */
  function madeBy(node: Node, scope: Scope): string {
    const named = unwrap(node);
    const init = named.type === "Identifier" ? lookup(scope, named.name)?.init : null;
    const made = init ? unwrap(init) : null;
    const calls = made?.type === "NewExpression" || made?.type === "CallExpression";
    return calls ? (moduleExport(made.callee as Node, scope)?.specifier ?? "") : "";
  }

  function habitualReceiver(node: Node): boolean {
    return HABIT.test(lastName(unwrap(node)));
  }
}

/** `$(table:name)` and `$1~`: what pg-promise, or a wrapper of it, puts into the text. */
function withMarks(text: Expr, values: Expr | undefined): Expr {
  return /\$(?:[({<[/][\w.]+(?::|[~^#])|\d+(?::[a-z]|[~^#]))/.test(allText(text))
    ? formatted(text, values)
    : text;
}

/**
 * From syntax to {@link Expr}: what the evaluator can follow once the tree is gone.
 *
 * Names are followed within the file at once (constants, fields, functions that return one
 * expression); what comes from another module or a parameter is left for the linker.
 */
import type { Expr, Span } from "../model.ts";
import type { Adapter } from "./adapters/adapter.ts";
import { postgresJs } from "./adapters/postgres-js.ts";
import { isChecked } from "./checks.ts";
import { classAround, ownMethod, readClass, typeName } from "./classes.ts";
import { decode } from "./decode.ts";
import { isDefinition, isMappedClass } from "./defining.ts";
import { environmentVariables, isEnvironment, isProcess } from "./environment.ts";
import { clientOf, returned, tagAdapter } from "./evidence.ts";
import { neverReturns } from "./leaving.ts";
import { completed } from "./parts.ts";
import type { Binding, FileScopes, Scope } from "./scope.ts";
import { lookup, lookupField, scopeAt } from "./scope.ts";
import type { Node } from "./syntax.ts";
import { literalText, propertyName, unwrap } from "./syntax.ts";

export interface ExpressionReader {
  /** Boils a node down. */
  read(node: Node, scope: Scope): Expr;
  /** An SQL tag's chunks and holes: what stands in a hole is bound as a value, unless it is SQL itself. */
  tagged(node: Node, scope: Scope): Expr;
  /** The adapter that reads a tag or a callee: by evidence, else by the name `sql`. */
  sqlAdapter(node: Node, scope: Scope): { adapter: Adapter; certain: boolean } | null;
  /** The value at the beginning of a chain of calls, with its type where nothing else is known of it. */
  root(node: Node, scope: Scope): Expr;
  /** What a type that the module declares says of a value, where it is a client's or `typeof` one. */
  type(name: Node): Expr | null;
  /** A call or class that may define a table: as long as it may be, with other definitions left as names. */
  definition(node: Node, scope: Scope): Expr;
}

const DEEPEST = 14;

/** Steps that one expression may take to follow: beyond it, what is left is said to be unknown. */
const MOST_STEPS = 600;

/** The same for the definition of a table, which has as many columns as it has. */
const MOST_STEPS_OF_DEFINITION = 8000;

/** A variable that is assigned more often than this is a state, not a text. */
const MOST_WRITES = 12;

/** The property that stands for each item of a list, where the list is another module's. */
export const EACH = "[each]";

export function expressionReader(file: string, source: string, scopes: FileScopes): ExpressionReader {
  const arguments_ = new Map<Binding, Expr>();
  const active = new Set<Node>();
  let depth = 0;
  let steps = 0;
  let budget = MOST_STEPS;

  const at = (node: Node): Span => ({ file, start: node.start, end: node.end });
  const unknown = (node: Node, reason?: string): Expr => ({
    kind: "unknown",
    reason: reason ?? `\`${excerpt(source, node)}\` is not known before it runs`,
    at: at(node),
  });

  /** @param along along a chain of calls: however many there are, they are one expression */
  function read(given: Node, scope: Scope, along = false): Expr {
    const node = unwrap(given);
    if (depth === 0) steps = 0;
    if (depth > DEEPEST || ++steps > budget || active.has(node)) return unknown(node);
    if (!along) depth++;
    active.add(node);
    try {
      const value = boil(node, scope);
      return value.kind === "call" && isAwaited(given) ? { ...value, awaited: true } : value;
    } finally {
      if (!along) depth--;
      active.delete(node);
    }
  }

  function definition(node: Node, scope: Scope): Expr {
    budget = MOST_STEPS_OF_DEFINITION;
    try {
      return read(node, scope);
    } finally {
      budget = MOST_STEPS;
    }
  }

  function boil(node: Node, scope: Scope): Expr {
    switch (node.type) {
      case "Literal":
        if (typeof node.value === "string")
          return { kind: "text", runs: decode(file, source, node.start + 1, node.end - 1), at: at(node) };
        if (typeof node.value === "number")
          return {
            kind: "text",
            runs: [{ kind: "text", text: String(node.value), at: at(node) }],
            at: at(node),
          };
        return unknown(node);
      case "TemplateLiteral":
        return template(node, scope);
      case "TaggedTemplateExpression": {
        if (isRaw(node.tag as Node)) return template(node.quasi as Node & { type: "TemplateLiteral" }, scope);
        if (!sqlAdapter(node.tag as Node, scope) && !looksLikeTag(node.tag as Node)) return unknown(node);
        return { kind: "sql", hole: "fragment", of: [tagged(node, scope)], at: at(node) };
      }
      case "BinaryExpression":
        if (node.operator !== "+") return unknown(node);
        return {
          kind: "concat",
          parts: [read(node.left as Node, scope), read(node.right, scope)],
          at: at(node),
        };
      case "ConditionalExpression":
        return {
          kind: "either",
          options: [read(node.consequent, scope), read(node.alternate, scope)],
          at: at(node),
        };
      case "LogicalExpression": {
        const right = read(node.right, scope);
        if (node.operator === "&&")
          return { kind: "either", options: [right, { kind: "text", runs: [], at: at(node) }], at: at(node) };
        const left = read(node.left, scope);
        return (
          fallenBack(left, right, node.right) ?? { kind: "either", options: [left, right], at: at(node) }
        );
      }
      case "SequenceExpression": {
        const last = node.expressions.at(-1);
        return last ? read(last, scope) : unknown(node);
      }
      case "AssignmentExpression":
        return read(node.right, scope);
      case "ArrayExpression":
        return {
          kind: "array",
          items: node.elements.flatMap((item) =>
            item?.type === "SpreadElement"
              ? spreadItems(item as Node & { type: "SpreadElement" }, scope)
              : item
                ? [read(item as Node, scope)]
                : [],
          ),
          at: at(node),
        };
      case "SpreadElement":
        return unknown(node);
      case "ObjectExpression":
        return object(node, scope);
      case "Identifier":
        return identifier(node, scope);
      case "MemberExpression":
        return member(node, scope);
      case "CallExpression":
        return call(node, scope);
      case "NewExpression": {
        const adapter = clientOf(node, scope, scopes);
        if (adapter && !adapter.chain) return { kind: "client", adapter: adapter.name, at: at(node) };
        const args = node.arguments.map((argument) => read(argument as Node, scope));
        const made: Expr = { kind: "new", callee: read(node.callee as Node, scope), args, at: at(node) };
        return adapter ? { kind: "client", adapter: adapter.name, made, at: at(node) } : made;
      }
      case "ArrowFunctionExpression":
      case "FunctionExpression":
      case "FunctionDeclaration":
        return functionValue(node);
      case "ClassDeclaration":
      case "ClassExpression":
        return readClass(file, node, scope, scopes, read);
      case "ThisExpression":
      case "Super":
        return own(node) ?? unknown(node);
      default:
        return unknown(node);
    }
  }

  /** What `...list` puts into a list: the items, or any of them where another module holds the list. */
  function spreadItems(node: Node & { type: "SpreadElement" }, scope: Scope): Expr[] {
    const list = read(node.argument, scope);
    const inner = list.kind === "alias" ? list.of : list;
    if (inner.kind === "array") return inner.items;
    if (inner.kind === "either")
      return inner.options.flatMap((option) => (option.kind === "array" ? option.items : [option]));
    return inner.kind === "import" || inner.kind === "member" || inner.kind === "call"
      ? [{ kind: "member", of: inner, property: EACH, at: at(node) }]
      : [unknown(node)];
  }

  function tagged(node: Node, scope: Scope): Expr {
    if (node.type !== "TaggedTemplateExpression") return unknown(node);
    return template(node.quasi as Node & { type: "TemplateLiteral" }, scope, true);
  }

  function template(node: Node & { type: "TemplateLiteral" }, scope: Scope, bound = false): Expr {
    const parts: Expr[] = [];
    // In TypeScript's tree a chunk's range takes in the backtick or braces around it, in ESTree's not.
    const wide = node.quasis[0]?.start === node.start;
    node.quasis.forEach((quasi, index) => {
      const start = wide ? quasi.start + 1 : quasi.start;
      const end = wide ? quasi.end - (quasi.tail ? 1 : 2) : quasi.end;
      const runs = decode(file, source, start, end);
      if (runs.length) parts.push({ kind: "text", runs, at: { file, start, end } });
      const hole = node.expressions[index];
      if (!hole) return;
      const inner = read(hole as Node, scope);
      if (bound && inner.kind !== "sql")
        parts.push({ kind: "sql", hole: "value", of: [inner], at: at(hole as Node) });
      else
        parts.push(
          inner.kind === "text" || inner.kind === "concat" || inner.kind === "sql"
            ? inner
            : { kind: "alias", of: inner, at: at(hole as Node) },
        );
    });
    return parts.length === 1 && parts[0]?.kind === "text"
      ? parts[0]
      : { kind: "concat", parts, at: at(node) };
  }

  function object(node: Node & { type: "ObjectExpression" }, scope: Scope): Expr {
    const entries: Record<string, Expr> = {};
    const keys: Record<string, Span> = {};
    const spreads: Expr[] = [];
    for (const property of node.properties) {
      if (property.type === "SpreadElement") {
        const spread = read(property.argument, scope);
        const inner = spread.kind === "alias" ? spread.of : spread;
        if (inner.kind === "object") {
          const { "...": open, ...rest } = inner.entries;
          Object.assign(entries, rest);
          Object.assign(keys, inner.keys);
          if (open) spreads.push(open);
        } else spreads.push(spread);
        continue;
      }
      const name = propertyName(property as Node);
      if (name === null || name === "__proto__") continue;
      entries[name] = read(property.value as Node, scope);
      keys[name] = at(property.key as Node);
    }
    const [only] = spreads;
    if (only) entries["..."] = spreads.length === 1 ? only : { kind: "array", items: spreads, at: at(node) };
    return { kind: "object", entries, keys, at: at(node) };
  }

  function identifier(node: Node & { type: "Identifier" }, scope: Scope): Expr {
    const binding = lookup(scope, node.name);
    if (!binding) return unknown(node);
    if (binding.imported)
      return isEnvironment(node, scope)
        ? variable("*", node)
        : { kind: "import", ...binding.imported, at: at(node) };
    const given = arguments_.get(binding);
    if (given) return { kind: "alias", of: given, at: at(node) };
    const adapter = clientOf(node, scope, scopes);
    if (adapter) {
      const made = adapter.chain && !binding.parameter && binding.path?.length === 0 ? binding.init : null;
      const value = made && read(made, binding.scope);
      return value?.kind === "client"
        ? { ...value, at: at(node) }
        : { kind: "client", adapter: adapter.name, at: at(node) };
    }
    if (isEnvironment(node, scope)) return variable("*", node);
    if (isLocalDefinition(binding)) return { kind: "import", specifier: "", name: node.name, at: at(node) };
    if (binding.parameter) {
      const options = binding.type ? literalOptions(binding.type, scope) : null;
      if (options)
        return { kind: "either", options: options.map((text) => constant(text, node)), at: at(node) };
      const queried = binding.type && !binding.init ? queriedNames(binding.type) : [];
      if (queried.length) {
        const options = queried.map((name) => read(name, binding.scope));
        const [only] = options.length === 1 ? options : [];
        return { kind: "alias", of: only ?? { kind: "either", options, at: at(node) }, at: at(node) };
      }
      const type = binding.type ? typeName(binding.type, binding.scope, scopes.types) : null;
      return {
        kind: "parameter",
        function: binding.parameter.name,
        index: binding.parameter.index,
        path: binding.path ?? [],
        handed: null,
        name: node.name,
        ...(type && { type }),
        at: at(node),
      };
    }
    if ((binding.kind === "class" || binding.kind === "function") && binding.init)
      return read(binding.init, binding.scope);
    if (binding.kind === "enum") return enumeration(binding) ?? unknown(node);
    if (!binding.path || binding.writes.length > MOST_WRITES) return unknown(node);
    if (binding.each && binding.init) return eachOf(read(binding.init, binding.scope), binding.path, node);
    let value: Expr | null = binding.init ? taken(binding.init, binding.scope, binding.path, node) : null;
    for (const write of binding.writes) {
      if (write.value.start <= node.start && node.end <= write.value.end) continue;
      const written = read(write.value, write.scope);
      if (write.operator === "+=" && value) value = { kind: "concat", parts: [value, written], at: at(node) };
      else if (write.operator === "=" || write.operator === "??=" || write.operator === "||=")
        value =
          value && !isEmpty(value) ? { kind: "either", options: [value, written], at: at(node) } : written;
      else return unknown(node);
    }
    if (value && binding.parts.length) value = completed(value, binding.parts, node, read, at);
    if (value && binding.fallback)
      value = fallenBack(value, read(binding.fallback, binding.scope), binding.fallback) ?? value;
    return value ? { kind: "alias", of: rechecked(value, node), at: at(node) } : unknown(node);
  }

  /** `process.env.X`, or any of several; the environment itself is the variable `*`. */
  function environment(node: Node, scope: Scope): Expr | null {
    const [first, ...others] = environmentVariables(node, scope).map((name) => variable(name, node));
    if (first) return others.length ? { kind: "either", options: [first, ...others], at: at(node) } : first;
    if (isEnvironment(node, scope)) return variable("*", node);
    if (node.type !== "MemberExpression" || !node.computed || !isEnvironment(node.object as Node, scope))
      return null;
    const name = read(node.property as Node, scope);
    const inner = name.kind === "alias" ? name.of : name;
    return inner.kind === "text" ? variable(textOf(inner), node) : null;
  }

  function variable(name: string, node: Node): Expr {
    return { kind: "env", variable: name, checked: name !== "*" && isSet(name, node), at: at(node) };
  }

  /** Whether the variable has been checked by the time that the node is reached; a parameter may hold its name. */
  function isSet(name: string, node: Node): boolean {
    const named = [...arguments_].filter(([, given]) => {
      const inner = given.kind === "alias" ? given.of : given;
      return inner.kind === "text" && textOf(inner) === name;
    });
    return isChecked(name, node, scopes, new Set(named.map(([binding]) => binding)));
  }

  /** A variable that has passed a check by the time it is used here. */
  function rechecked(value: Expr, node: Node): Expr {
    if (value.kind === "alias") return { ...value, of: rechecked(value.of, node) };
    if (value.kind === "either")
      return { ...value, options: value.options.map((option) => rechecked(option, node)) };
    if (value.kind !== "env" || value.checked || value.variable === "*") return value;
    return { ...value, checked: isSet(value.variable, node) };
  }

  /** `process.env.X ?? fallback`: what stands in is as good as a check, and a call that throws is one. */
  function fallenBack(left: Expr, right: Expr, given: Node): Expr | null {
    if (left.kind === "alias") {
      const of = fallenBack(left.of, right, given);
      return of && { ...left, of };
    }
    if (left.kind !== "env" || left.variable === "*") return null;
    const checked: Expr = { ...left, checked: true };
    if (neverReturns(given, scopes)) return checked;
    if (isNothing(right)) return left;
    return { kind: "either", options: [checked, right], at: left.at };
  }

  function member(node: Node & { type: "MemberExpression" }, scope: Scope): Expr {
    const fromOutside = environment(node, scope);
    if (fromOutside) return fromOutside;
    const name = propertyName(node);
    const adapter = clientOf(node, scope, scopes);
    const target = unwrap(node.object as Node);
    if (adapter) {
      const field =
        adapter.chain && target.type === "ThisExpression" && name ? lookupField(scope, name) : null;
      const value = field?.init && read(field.init, field.scope);
      return value?.kind === "client"
        ? { ...value, at: at(node) }
        : { kind: "client", adapter: adapter.name, at: at(node) };
    }
    if (name === null) {
      // tables[key] over a constant object: any of its values.
      const whole = read(target, scope);
      const inner = whole.kind === "alias" ? whole.of : whole;
      if (inner.kind !== "object") return unknown(node);
      return {
        kind: "alias",
        of: { kind: "either", options: Object.values(inner.entries), at: at(node) },
        at: at(node),
      };
    }
    if (target.type === "ThisExpression") {
      const field = lookupField(scope, name);
      if (field?.init)
        return { kind: "alias", of: rechecked(read(field.init, field.scope), node), at: at(node) };
      // What the constructor or a framework fills: its type tells.
      const type = field?.type ? typeName(field.type, field.scope, scopes.types) : null;
      if (type) return { kind: "typed", name, type, at: at(node) };
      if (field?.given) return { kind: "alias", of: read(field.given.node, field.given.scope), at: at(node) };
      const owner = field ? null : own(target);
      return owner ? { kind: "member", of: owner, property: name, at: at(node) } : unknown(node);
    }
    if (target.type === "Identifier") {
      const binding = lookup(scope, target.name);
      const field = binding?.kind === "class" ? staticField(binding, name, node) : null;
      if (field) return field;
      if (binding?.kind === "class" && !(binding.init && isMappedClass(binding.init))) return unknown(node);
    }
    return follow(read(node.object as Node, scope, true), [name], node);
  }

  /** An enum is an object of what its members are given; members that count themselves are left out. */
  function enumeration(binding: Binding): Expr | null {
    if (binding.init?.type !== "TSEnumDeclaration") return null;
    const entries: Record<string, Expr> = {};
    const keys: Record<string, Span> = {};
    for (const { id, initializer } of binding.init.body.members) {
      const name = memberName(id as Node);
      if (name === null || !initializer) continue;
      entries[name] = read(initializer, binding.scope);
      keys[name] = at(id as Node);
    }
    return { kind: "object", entries, keys, at: at(binding.init) };
  }

  function staticField(binding: Binding, name: string, node: Node): Expr | null {
    if (binding.init?.type !== "ClassDeclaration") return null;
    for (const item of binding.init.body.body)
      if (
        item.type === "PropertyDefinition" &&
        item.static &&
        propertyName(item as Node) === name &&
        item.value
      )
        return { kind: "alias", of: read(item.value, binding.scope), at: at(node) };
    return null;
  }

  function call(node: Node & { type: "CallExpression" }, scope: Scope): Expr {
    const callee = unwrap(node.callee as Node);
    let boiled: Expr[] | null = null;
    const args = () => {
      boiled ??= node.arguments.map((argument) => read(argument as Node, scope));
      return boiled;
    };
    const fromOutside = environment(node, scope);
    if (fromOutside) return fromOutside;
    const opened = clientOf(node, scope, scopes);
    if (opened) {
      if (!opened.chain) return { kind: "client", adapter: opened.name, at: at(node) };
      const made: Expr = {
        kind: "call",
        callee: read(callee, scope, true),
        args: args(),
        reason: "",
        at: at(node),
      };
      return { kind: "client", adapter: opened.name, made, at: at(node) };
    }
    if (callee.type === "MemberExpression") {
      const method = propertyName(callee) ?? "";
      // this.sql("name"): the member is the client.
      const called = clientOf(callee, scope, scopes)?.read({ form: "call", method: "", args: args() });
      if (called?.kind === "piece") return { kind: "sql", hole: called.hole, of: called.of, at: at(node) };
      const known = sqlAdapter(callee.object as Node, scope);
      const answer = known?.adapter.read({ form: "method", method, args: args() });
      if (answer?.kind === "query") return { kind: "sql", hole: "fragment", of: [answer.text], at: at(node) };
      if (answer?.kind === "piece") return { kind: "sql", hole: answer.hole, of: answer.of, at: at(node) };
      if (method === "trim" || method === "trimEnd" || method === "toString")
        return read(callee.object as Node, scope);
      if (method === "join") return joined(read(callee.object as Node, scope), args()[0] ?? null, node);
      const own = ownMethod(callee, scopes);
      const results = own ? returned(own, scopes) : [];
      if (own && results.length)
        return { kind: "alias", of: applied(own, results, args(), node), at: at(node) };
      return {
        kind: "call",
        callee: read(callee, scope, true),
        args: args(),
        reason: `the result of ${excerpt(source, callee)}()`,
        at: at(node),
      };
    }
    const [first] = node.arguments;
    const module =
      callee.type === "Identifier" && callee.name === "require" && first ? literalText(first as Node) : null;
    if (module !== null) return { kind: "import", specifier: module, name: "*", at: at(node) };
    if (
      callee.type === "Identifier" &&
      callee.name === "String" &&
      node.arguments[0] &&
      !lookup(scope, "String")
    )
      return read(node.arguments[0] as Node, scope);
    const known = sqlAdapter(callee, scope);
    const answer = known?.adapter.read({ form: "call", method: "", args: args() });
    if (answer?.kind === "piece") return { kind: "sql", hole: answer.hole, of: answer.of, at: at(node) };
    if (answer?.kind === "query") return { kind: "sql", hole: "fragment", of: [answer.text], at: at(node) };
    if (callee.type === "Identifier") {
      const binding = lookup(scope, callee.name);
      const results = binding?.init && !binding.parameter ? returned(binding.init, scopes) : [];
      if (binding?.init && results.length)
        return { kind: "alias", of: applied(binding.init, results, args(), node), at: at(node) };
    }
    return {
      kind: "call",
      callee: read(callee, scope),
      args: args(),
      reason: `the result of ${excerpt(source, callee)}()`,
      at: at(node),
    };
  }

  function functionValue(node: Node): Expr {
    if (!("params" in node)) return unknown(node);
    const parameters = (node.params as Node[]).map((param) =>
      param.type === "Identifier" ? param.name : "",
    );
    const results = returned(node, scopes);
    const declared = "returnType" in node ? (node.returnType as Node | null) : null;
    const type = declared ? typeName(declared, scopeAt(node, scopes), scopes.types) : null;
    return {
      kind: "function",
      parameters,
      result: results.length ? resultOf(results, node) : null,
      ...(type && { type }),
      at: at(node),
    };
  }

  function type(name: Node): Expr | null {
    const declared = name.type === "Identifier" ? scopes.types.get(name.name) : undefined;
    if (!declared || name.type !== "Identifier") return null;
    const queried = queriedName(declared);
    if (queried) {
      const value = read(queried, scopes.root);
      return isReturnType(declared)
        ? { kind: "call", callee: value, args: [], reason: "", at: at(name) }
        : value;
    }
    const named = typeName(declared, scopes.root, scopes.types);
    return named && { kind: "typed", name: name.name, type: named, at: at(name) };
  }

  function root(node: Node, scope: Scope): Expr {
    const inner = unwrap(node);
    if (inner.type === "Identifier") {
      const binding = lookup(scope, inner.name);
      const queried = binding?.type && !binding.init ? queriedName(binding.type) : null;
      if (binding && queried) return { kind: "alias", of: read(queried, binding.scope), at: at(inner) };
      const type = binding?.type ? typeName(binding.type, scope, scopes.types) : null;
      // A type with arguments tells more than which client it is: `Repository<Order>`.
      if (type?.args.length) return { kind: "typed", name: inner.name, type, at: at(inner) };
      const value = read(inner, scope);
      if (value.kind === "parameter" && !type)
        return {
          ...value,
          handed: binding?.parameter ? handedTo(binding.parameter.owner, binding.scope) : null,
        };
      if (type && (value.kind === "parameter" || value.kind === "unknown"))
        return { kind: "typed", name: inner.name, type, at: at(inner) };
      return value;
    }
    if (inner.type === "Super") return own(inner) ?? unknown(inner);
    if (inner.type === "ThisExpression") {
      // The query that a builder makes itself `this` in a function that it calls back.
      let owner = scopes.parents.get(inner);
      while (owner && owner.type !== "FunctionExpression" && owner.type !== "FunctionDeclaration")
        owner = scopes.parents.get(owner);
      const extended = owner && extendedBy(owner);
      if (extended) return read(extended, scope);
      const handed = owner && handedTo(owner, scope);
      return handed
        ? { kind: "parameter", function: "", index: 0, name: "this", path: [], handed, at: at(inner) }
        : (own(inner) ?? unknown(inner));
    }
    if (inner.type === "MemberExpression" && unwrap(inner.object as Node).type === "ThisExpression") {
      const name = propertyName(inner) ?? "";
      const field = lookupField(scope, name);
      const queried = field?.type && queriedName(field.type);
      if (queried) return { kind: "alias", of: read(queried, field.scope), at: at(inner) };
      const value = read(inner, scope);
      const type = field?.type ? typeName(field.type, field.scope, scopes.types) : null;
      return type && (value.kind !== "client" || type.args.length > 0)
        ? { kind: "typed", name, type, at: at(inner) }
        : value;
    }
    return read(inner, scope);
  }

  /** `this` and `super` of a class that extends another or is decorated: one of its instances, or the class itself. */
  function own(node: Node): Expr | null {
    const around = classAround(node, scopes);
    if (!around || !isMappedClass(around.node)) return null;
    const scope = scopeAt(around.node, scopes);
    const name = around.node.id?.name ?? "";
    const callee: Expr =
      scope.bindings.get(name)?.init === around.node && scope === scopes.root
        ? { kind: "import", specifier: "", name, at: at(node) }
        : read(around.node, scope);
    return around.static ? callee : { kind: "new", callee, args: [], at: at(node) };
  }

  /** `repository.extend({ latest() { return this.find() } })`: what the method's `this` stands on. */
  function extendedBy(owner: Node): Node | null {
    const property = scopes.parents.get(owner);
    const object = property?.type === "Property" ? scopes.parents.get(property) : null;
    const outer = object?.type === "ObjectExpression" ? scopes.parents.get(object) : null;
    if (outer?.type !== "CallExpression" || outer.callee === object) return null;
    const callee = unwrap(outer.callee as Node);
    return callee.type === "MemberExpression" && propertyName(callee) === "extend"
      ? unwrap(callee.object as Node)
      : null;
  }

  /** The call that a function is an argument of. */
  function handedTo(owner: Node, scope: Scope): { receiver: Expr; method: string } | null {
    const outer = scopes.parents.get(owner);
    if (outer?.type !== "CallExpression" || outer.callee === owner) return null;
    const callee = unwrap(outer.callee as Node);
    if (callee.type !== "MemberExpression") return null;
    let object = unwrap(callee.object as Node);
    // The root of the chain says who calls back: `db.transaction().execute((trx) => …)`.
    while (
      object.type === "CallExpression" ||
      (object.type === "MemberExpression" && unwrap(object.object as Node).type !== "ThisExpression")
    ) {
      if (clientOf(object, scope.parent ?? scope, scopes)) break;
      object = unwrap((object.type === "CallExpression" ? object.callee : object.object) as Node);
    }
    return { receiver: root(object, scope.parent ?? scope), method: propertyName(callee) ?? "" };
  }

  /** A function of this file with its arguments put in: any of what it returns. */
  function applied(definition: Node, results: readonly Node[], args: Expr[], node: Node): Expr {
    const bindings = [...(scopes.inner.get(unwrap(definition))?.bindings.values() ?? [])];
    const before = new Map(arguments_);
    for (const binding of bindings) {
      const given = binding.parameter && args[binding.parameter.index];
      if (given && binding.path?.length === 0) arguments_.set(binding, given);
    }
    const value = resultOf(results, node);
    arguments_.clear();
    for (const [binding, given] of before) arguments_.set(binding, given);
    return value;
  }

  function resultOf(results: readonly Node[], node: Node): Expr {
    const options = results.map((result) => read(result, scopeAt(result, scopes)));
    const [only] = options;
    return options.length === 1 && only ? only : { kind: "either", options, at: at(node) };
  }

  /** A constant or a class of the module that may define a table: left as a name, for the linker to follow. */
  function isLocalDefinition(binding: Binding): boolean {
    if (binding.scope !== scopes.root || !binding.init) return false;
    if (binding.kind === "class") return isMappedClass(binding.init);
    return binding.kind === "constant" && binding.path?.length === 0 && isDefinition(binding.init);
  }

  function joined(list: Expr, separator: Expr | null, node: Node): Expr {
    const items = list.kind === "alias" ? list.of : list;
    if (items.kind !== "array") return unknown(node);
    const parts = items.items.flatMap((item, index) => (index && separator ? [separator, item] : [item]));
    return { kind: "concat", parts, at: at(node) };
  }

  /** What a pattern takes out of a value. */
  function taken(init: Node, scope: Scope, path: readonly string[], node: Node): Expr {
    const [first, ...rest] = path;
    if (first === "env" && isProcess(init, scope)) return follow(variable("*", node), rest, node);
    return follow(read(init, scope), path, node);
  }

  function follow(value: Expr, path: readonly string[], node: Node): Expr {
    for (const property of path) {
      const inner = value.kind === "alias" ? value.of : value;
      if (inner.kind === "object")
        value = (Object.hasOwn(inner.entries, property) && inner.entries[property]) || unknown(node);
      else if (inner.kind === "array" && /^\d+$/.test(property))
        value = inner.items[Number(property)] ?? unknown(node);
      else if (inner.kind === "env" && inner.variable === "*") value = variable(property, node);
      else if (
        inner.kind === "env" ||
        inner.kind === "array" ||
        inner.kind === "text" ||
        inner.kind === "import" ||
        inner.kind === "member" ||
        inner.kind === "parameter" ||
        inner.kind === "call" ||
        inner.kind === "new" ||
        inner.kind === "class" ||
        inner.kind === "sql" ||
        inner.kind === "client"
      )
        value = { kind: "member", of: inner, property, at: at(node) };
      else return unknown(node);
    }
    return path.length ? { kind: "alias", of: value, at: at(node) } : value;
  }

  /** `for (const x of list)`: any of the list's items. */
  function eachOf(list: Expr, path: readonly string[], node: Node): Expr {
    const items = list.kind === "alias" ? list.of : list;
    if (items.kind === "import" || items.kind === "member" || items.kind === "call")
      return { kind: "alias", of: { kind: "member", of: items, property: EACH, at: at(node) }, at: at(node) };
    if (items.kind !== "array" || items.items.length === 0) return unknown(node);
    const options = items.items.map((item) => follow(item, path, node));
    return { kind: "alias", of: { kind: "either", options, at: at(node) }, at: at(node) };
  }

  function constant(text: string, node: Node): Expr {
    return { kind: "text", runs: [{ kind: "text", text, at: at(node) }], at: at(node) };
  }

  function literalOptions(type: Node, scope: Scope): string[] | null {
    const inner = type.type === "TSTypeAnnotation" ? (type.typeAnnotation as Node) : type;
    if (inner.type === "TSLiteralType") {
      const text = literalText(inner.literal as Node);
      return text === null ? null : [text];
    }
    if (inner.type !== "TSUnionType") return null;
    const texts = inner.types.map((option) => literalOptions(option as Node, scope)?.[0]);
    return texts.every((text) => text !== undefined) ? (texts as string[]) : null;
  }

  function sqlAdapter(node: Node, scope: Scope): { adapter: Adapter; certain: boolean } | null {
    const inner = unwrap(node);
    const adapter = clientOf(inner, scope, scopes) ?? tagAdapter(inner, scope);
    if (adapter) return { adapter, certain: true };
    const name =
      inner.type === "Identifier"
        ? inner.name
        : inner.type === "MemberExpression"
          ? propertyName(inner)
          : null;
    return name === "sql" || (inner.type === "Identifier" && isHandedTransaction(inner.name, scope))
      ? { adapter: postgresJs, certain: false }
      : null;
  }

  /** `sql.begin((tx) => …)`, where another module makes `sql`. */
  function isHandedTransaction(name: string, scope: Scope): boolean {
    const { owner, index } = lookup(scope, name)?.parameter ?? { owner: null, index: -1 };
    const outer = owner && scopes.parents.get(owner);
    if (index !== 0 || outer?.type !== "CallExpression") return false;
    const callee = unwrap(outer.callee as Node);
    return callee.type === "MemberExpression" && /^(?:begin|savepoint)$/.test(propertyName(callee) ?? "");
  }

  return { read, tagged, sqlAdapter, root, type, definition };
}

/** Tags that carry `sql` in their name: `sql`, `sql.fragment`, `sql.type(row)`, `this.sql`, `SQL`. */
export function looksLikeTag(node: Node): boolean {
  node = unwrap(node);
  if (node.type === "Identifier") return /^_?sql$|SQL$|Sql$|^raw$/.test(node.name) || node.name === "SQL";
  if (node.type === "MemberExpression") {
    const name = propertyName(node);
    return name === "sql" || name === "SQL" || looksLikeTag(node.object as Node);
  }
  return node.type === "CallExpression" && looksLikeTag(node.callee as Node);
}

function isAwaited(node: Node): boolean {
  for (let at = node; ; ) {
    if (at.type === "AwaitExpression") return true;
    if (unwrap(at) === at || !("expression" in at)) return false;
    at = at.expression as Node;
  }
}

/** The name behind `typeof x`, also in `ReturnType<typeof x>` and `Parameters<Parameters<typeof x.y>[0]>[0]`. */
export function queriedName(type: Node): Node | null {
  switch (type.type) {
    case "TSTypeAnnotation":
      return queriedName(type.typeAnnotation as Node);
    case "TSTypeQuery": {
      let name = type.exprName as Node;
      while (name.type === "TSQualifiedName") name = name.left as Node;
      return name.type === "Identifier" ? name : null;
    }
    case "TSIndexedAccessType":
      return queriedName(type.objectType as Node);
    case "TSTypeReference": {
      const [inner] = type.typeArguments?.params ?? [];
      const name = type.typeName.type === "Identifier" ? type.typeName.name : "";
      return inner && /^(?:ReturnType|Parameters|Awaited|NonNullable|Readonly|InstanceType)$/.test(name)
        ? queriedName(inner as Node)
        : null;
    }
    default:
      return null;
  }
}

/** The same for `typeof x | typeof y`; empty where one of them is no such type. */
function queriedNames(type: Node): Node[] {
  const inner = type.type === "TSTypeAnnotation" ? (type.typeAnnotation as Node) : type;
  const options = inner.type === "TSUnionType" ? (inner.types as Node[]) : [inner];
  const names = options.flatMap((option) => queriedName(option) ?? []);
  return names.length === options.length ? names : [];
}

function isReturnType(type: Node): boolean {
  if (type.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return false;
  const [inner] = type.typeArguments?.params ?? [];
  return (
    type.typeName.name === "ReturnType" ||
    (type.typeName.name === "Awaited" && !!inner && isReturnType(inner as Node))
  );
}

function isRaw(tag: Node): boolean {
  return (
    tag.type === "MemberExpression" &&
    tag.object.type === "Identifier" &&
    tag.object.name === "String" &&
    propertyName(tag as Node) === "raw"
  );
}

function textOf(expr: Expr & { kind: "text" }): string {
  return expr.runs.map(({ text }) => text).join("");
}

/** `undefined`, `null` and the empty text stand in for nothing. */
function isNothing(value: Expr): boolean {
  if (value.kind === "unknown") return /^`(?:undefined|null|void 0)`/.test(value.reason);
  return isEmpty(value);
}

function isEmpty(value: Expr): boolean {
  const inner = value.kind === "alias" ? value.of : value;
  return inner.kind === "text" && inner.runs.length === 0;
}

function memberName(node: Node): string | null {
  return node.type === "Identifier" ? node.name : literalText(node);
}

/** A node's text on one line, cut where it is long. */
function excerpt(source: string, { start, end }: Node): string {
  const line = source.slice(start, Math.min(end, start + 400)).replace(/\s+/g, " ");
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

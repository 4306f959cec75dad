/** What the baseline knows a finding by: the statement at its place and the function around it, never a line. */
import type { Act, FindingIdentity, Model, Place, Reference, RuleFinding } from "./model.ts";

/** What stands at a finding's place: what it is about, whatever line it is on. */
export class Identities {
  readonly #references = new Map<string, Reference[]>();
  readonly #acts = new Map<string, Act>();

  constructor({ references, acts }: Model) {
    for (const reference of references) {
      const key = keyOf(reference.at);
      const others = this.#references.get(key);
      if (others) others.push(reference);
      else this.#references.set(key, [reference]);
    }
    for (const act of acts) this.#acts.set(keyOf(act.at), act);
  }

  /** A finding that stands at no statement is known by its message. */
  of({ at, message, subject, identity }: RuleFinding): FindingIdentity {
    if (identity !== undefined) return { operation: null, enclosing: null, statement: identity };
    const key = keyOf(at);
    const here = this.#references.get(key) ?? [];
    const reference = here.find(({ table }) => table === (subject?.table ?? null)) ?? here[0];
    if (reference) {
      const { operation, enclosing, statement, table } = reference;
      // A builder's chain has no statement: its table, operation and function tell as much.
      return { operation, enclosing, statement: statement || (table === null ? message : "") };
    }
    return {
      operation: null,
      enclosing: null,
      statement: this.#acts.get(key)?.statement || message,
    };
  }
}

function keyOf({ file, line, column, endLine, endColumn }: Place): string {
  return `${file}:${line}:${column}:${endLine}:${endColumn}`;
}

/**
 * The classes that extend a class: what its code does to `this` is done to each of them. They are looked for
 * where the class is imported, and only for classes whose own code leaves open what they are about.
 */
import { STARS } from "../code/imports.ts";
import type { ClassExpr, Expr, FileFacts } from "../model.ts";
import { follow, type Resolve } from "./follow.ts";
import type { Resolver } from "./resolve.ts";
import { type Known, Trace } from "./trace.ts";

/** Barrels through which an import may lead to the class. */
const MOST_HOPS = 2;

/** Classes of classes that are followed. */
const DEEPEST = 6;

export interface HeirsOptions {
  /** A file's facts, whole. */
  factsOf(file: string): FileFacts | null;
  resolver: Resolver;
  resolve: Resolve;
  importersOf(file: string): Iterable<string>;
  trace?: Trace;
}

/** Every class that extends the given one, directly or through others. */
export function createHeirs(options: HeirsOptions): (base: ClassExpr) => ClassExpr[] {
  const { factsOf, resolver, resolve, importersOf, trace = new Trace() } = options;
  const answers = new Map<string, Known<ClassExpr[]>>();

  const all = (base: ClassExpr, depth: number): ClassExpr[] =>
    trace.once(answers, keyOf(base), [], () => {
      const own = filesNear(base).flatMap((file) =>
        classesIn(factsOf(file)).filter((it) => isBase(it, base)),
      );
      const further = depth < DEEPEST ? own.flatMap((heir) => all(heir, depth + 1)) : [];
      return [...new Map([...own, ...further].map((heir) => [keyOf(heir), heir])).values()];
    });

  const isBase = (heir: ClassExpr, base: ClassExpr): boolean => {
    const parent = heir.extends && follow(heir.extends, resolve);
    return parent?.kind === "class" && keyOf(parent) === keyOf(base);
  };

  /** The class's own file, and those that import it, by way of barrels, too. */
  const filesNear = (base: ClassExpr): string[] => {
    const near = new Set([base.at.file]);
    let edge = [base.at.file];
    for (let hop = 0; hop <= MOST_HOPS; hop++) {
      const next: string[] = [];
      for (const file of edge) {
        if (hop > 0 && !passesOn(factsOf(file), base)) continue;
        trace.callers(file);
        for (const importer of importersOf(file))
          if (!near.has(importer) && mayName(importer, file, base)) {
            near.add(importer);
            next.push(importer);
          }
      }
      edge = next;
    }
    return [...near];
  };

  /** What a file of which only the imports are known takes from another is not known. */
  const mayName = (importer: string, file: string, { name }: ClassExpr): boolean => {
    const imports = factsOf(importer)?.imports ?? [];
    return imports.some(({ specifier, typeOnly, names }) => {
      if (typeOnly || resolver.resolve(importer, specifier) !== file) return false;
      const taken = Object.values(names);
      return taken.length === 0 || taken.some((item) => item === name || item === "default" || item === "*");
    });
  };

  return (base) => all(base, 0);
}

function keyOf({ at }: ClassExpr): string {
  return `${at.file}:${at.start}`;
}

function classesIn(facts: FileFacts | null): ClassExpr[] {
  const found = [...Object.values(facts?.locals ?? {}), ...Object.values(facts?.exports ?? {})];
  const classes = found.filter((item) => item.kind === "class");
  return [...new Map(classes.map((item) => [keyOf(item), item])).values()];
}

/** The file exports what it imports: everything, or the class by its name. */
function passesOn(facts: FileFacts | null, { name }: ClassExpr): boolean {
  const { [STARS]: stars, ...named } = facts?.exports ?? {};
  const isPassed = (item: Expr): boolean =>
    item.kind === "alias"
      ? isPassed(item.of)
      : item.kind === "import" && /^(?:default|\*)$|^$/.test(item.name);
  return (
    (stars?.kind === "array" && stars.items.length > 0) ||
    Object.hasOwn(named, name) ||
    Object.values(named).some(isPassed)
  );
}

/**
 * Which candidates are services: those that run, and those that touch a database for nobody but
 * themselves. A library that one service alone uses is a part of it; one that several use stays shared.
 */
import type { Model } from "../model.ts";
import { type Candidate, holderOf, isShown, withParts } from "./candidates.ts";

export interface SurveyedService {
  name: string;
  paths: string[];
  migrations: string[];
  /** What a person should look at, each a sentence. */
  doubts: string[];
}

/** A library with tables that several services use. */
export interface SharedLibrary {
  path: string;
  services: string[];
  migrations: string[];
}

export interface SurveyedServices {
  services: SurveyedService[];
  shared: SharedLibrary[];
}

/** Every candidate that runs, as it is; for a first look at who uses the others. */
export function runningServices(candidates: readonly Candidate[]): SurveyedService[] {
  const running = candidates.filter(({ runs, path }) => runs !== null && path !== "");
  const root = candidates.find(({ path }) => path === "");
  const chosen = running.length > 0 || !root ? running : [root];
  return chosen.map(({ name, path, migrations }) => ({ name, paths: [path], migrations, doubts: [] }));
}

/**
 * @param model of the workspace with {@link runningServices} for its services
 */
export function settleServices(found: readonly Candidate[], model: Model): SurveyedServices {
  const candidates = withParts(
    found,
    model.references.flatMap(({ at, test, verdict }) => (test || verdict === "engine" ? [] : [at.file])),
  );
  const folders = new Map(candidates.map((candidate) => [candidate.path, candidate]));
  const users = usersOf(folders, model);
  const services = new Map(runningServices(candidates).map((service) => [service.name, service]));
  const shared: SharedLibrary[] = [];
  const modules = candidates.filter(({ name, migrations }) => !services.has(name) && migrations.length > 0);
  for (const candidate of candidates) {
    const { name, path, migrations } = candidate;
    if (services.has(name)) continue;
    const reached = users.get(candidate);
    if (reached === undefined && migrations.length === 0) continue;
    // Where several libraries bring migrations of their own, each looks after its own tables.
    if (modules.length > 1 && modules.includes(candidate) && path !== "") {
      const doubt = `${path} may not run by itself: if it and who runs it are one owner, list its folder there.`;
      services.set(name, { name, paths: [path], migrations: [...migrations], doubts: [doubt] });
      continue;
    }
    // What nobody is seen to import may still be named by a package.
    const dependents = candidates.filter(
      (one) => services.has(one.name) && depends(one, candidate, candidates),
    );
    const names = reached?.size ? [...reached] : dependents.map((one) => one.name);
    const only = names.length === 1 ? services.get(names[0] ?? "") : undefined;
    if (only) {
      only.paths.push(path);
      only.migrations.push(...migrations);
      only.doubts.push(`${path} is taken for a part of it: no other service uses it.`);
    } else if (names.length > 1) shared.push({ path, services: names, migrations });
    else if (path !== "") {
      const doubts = [`Nothing in ${path} says that it runs by itself, and no service uses it.`];
      services.set(name, { name, paths: [path], migrations: [...migrations], doubts });
    } else if (!holdsOnlyOthers(path, model)) {
      services.set(name, {
        name,
        paths: [path],
        migrations: [...migrations],
        doubts: ["What lies in no other service's folder is taken for this one's."],
      });
    }
  }
  // Where nothing said that it runs, the root stood for everybody: it stays if code of its own touches tables.
  const root = folders.get("");
  const others = [...services.values()].some(({ paths }) => !paths.includes(""));
  if (root && root.runs === null && others && !users.has(root)) services.delete(root.name);
  return { services: [...services.values()], shared };
}

/** The root is a service only where its own code touches tables. */
function holdsOnlyOthers(path: string, { references }: Model): boolean {
  return (
    path === "" &&
    references.every(({ services, test, at }) => test || services.length > 0 || isShown(at.file))
  );
}

/** By candidate, the services whose code reaches a table in it; empty for one whose tables nobody reaches. */
function usersOf(folders: ReadonlyMap<string, Candidate>, model: Model): Map<Candidate, Set<string>> {
  const users = new Map<Candidate, Set<string>>();
  const note = (file: string, services: readonly string[]) => {
    const candidate = isShown(file) ? undefined : holderOf(folders, file);
    if (!candidate) return;
    const known = users.get(candidate) ?? new Set<string>();
    for (const service of services) known.add(service);
    users.set(candidate, known);
  };
  for (const { at, services, test, verdict } of model.references) {
    if (!test && verdict !== "engine") note(at.file, services);
  }
  for (const { at, services, test } of model.mapped) if (!test) note(at.file, services);
  for (const { at, services, test } of model.connections) if (!test) note(at.file, services);
  return users;
}

/** By what packages say, directly or through others. */
function depends(from: Candidate, on: Candidate, all: readonly Candidate[]): boolean {
  const byName = new Map(all.map((candidate) => [candidate.name, candidate]));
  const seen = new Set<Candidate>();
  const open = [from];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one === on) return true;
    if (seen.has(one)) continue;
    seen.add(one);
    for (const name of one.dependencies) {
      const found = byName.get(name.replace(/^@[^/]*\//, ""));
      if (found) open.push(found);
    }
  }
  return false;
}

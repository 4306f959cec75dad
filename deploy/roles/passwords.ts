/**
 * Where the passwords of roles come from: a secrets file, a variable named after the role, or the connection URL that the
 * service itself is given. They are never printed and never written down.
 */
import { AddressError, parseAddress } from "../../runtime/connect/address.ts";
import type { DeployedDatabase } from "../databases.ts";
import { DeployError } from "../error.ts";
import { passwordVariable } from "./plan.ts";

export interface PasswordSources {
  env: Readonly<Record<string, string | undefined>>;
  /** A JSON object, or lines of `NAME=value`; keys are roles, or their variables such as GATEKEEPER_APP_PASSWORD. */
  secrets?: string;
}

/** @throws {DeployError} where the secrets cannot be read; their values are not repeated */
export function readPasswords(
  databases: readonly DeployedDatabase[],
  { env, secrets }: PasswordSources,
): Map<string, string> {
  const given = secrets === undefined ? new Map<string, string>() : readSecrets(secrets);
  const passwords = new Map<string, string>();
  for (const { service, roles } of databases.flatMap((database) => database.services)) {
    for (const [role, variables] of [
      [roles.app, service.database],
      [roles.migrator, service.migrate],
    ] as const) {
      const key = passwordVariable(role);
      const password = given.get(role) ?? given.get(key) ?? env[key] ?? ofUrls(role, variables, env);
      if (password) passwords.set(role, password);
    }
  }
  return passwords;
}

function readSecrets(text: string): Map<string, string> {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed.startsWith("{")) {
    let value: unknown;
    try {
      value = JSON.parse(trimmed);
    } catch {
      throw new DeployError("the secrets file is no JSON");
    }
    const entries = Object.entries(value as object);
    const wrong = entries.find(([, password]) => typeof password !== "string");
    if (wrong) throw new DeployError(`the secrets file has no text for ${wrong[0]}`);
    return new Map(entries as [string, string][]);
  }
  const pairs = trimmed.split(/\r?\n/).flatMap((line, index): [string, string][] => {
    if (/^\s*(#|$)/.test(line)) return [];
    const [, key, value] = /^\s*(?:export\s+)?([^\s=]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined)
      throw new DeployError(`line ${index + 1} of the secrets file is no NAME=value`);
    return [[key, value.replace(/^(["'])(.*)\1$/, "$2")]];
  });
  return new Map(pairs);
}

/** The password in a URL that logs in as this role. */
function ofUrls(role: string, variables: readonly string[], env: PasswordSources["env"]): string | null {
  for (const variable of variables) {
    try {
      const { user, password } = parseAddress(env[variable] ?? "");
      if (user === role && password !== null) return password;
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
    }
  }
  return null;
}

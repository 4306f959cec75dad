/** Steps about the roles themselves: their attributes, passwords, memberships and settings. */
import type { CatalogRole, RoleSetting } from "./catalog.ts";
import { ident } from "./names.ts";
import { isPassword, scramVerifier } from "./scram.ts";
import { type PlanInput, type Step, step } from "./step.ts";

/** Attributes of no service's role, in the order of {@link CatalogRole.powers}. */
const noPowers = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";
const mark = /^freehold: /;

/**
 * Roles that are missing, or have other attributes than they should.
 * @param obstacles told of those that are somebody else's
 */
export function roleSteps({ catalog, desired, takeOver }: PlanInput, obstacles: string[]): Step[] {
  return desired.roles.flatMap(({ name, login, inherit, purpose }) => {
    const found = catalog.roles.find((role) => role.name === name);
    const attributes = [login ? "LOGIN" : "NOLOGIN", inherit ? "INHERIT" : "NOINHERIT"];
    const comment = step(
      "role",
      `COMMENT ON ROLE ${ident(name)} IS '${purpose.replaceAll("'", "''")}'`,
      `${name} is not marked as ${purpose.replace(mark, "")}`,
    );
    if (!found)
      return [
        step("role", `CREATE ROLE ${ident(name)} ${attributes.join(" ")}`, `there is no role ${name}`),
        comment,
      ];
    if (!mark.test(found.comment ?? "") && !takeOver) {
      obstacles.push(
        `the role ${name} is there already and freehold did not make it: name the roles otherwise ("roles" in the manifest), or take it over with --take-over`,
      );
      return [];
    }
    const wrong = differences(found, login, inherit);
    const lost = found.powers.length === 0 ? [] : [noPowersOf(found)];
    return [
      ...(wrong.length === 0
        ? []
        : [
            step(
              "role",
              `ALTER ROLE ${ident(name)} ${[...attributes, ...lost].join(" ")}`,
              `${name} ${wrong.join(", ")}`,
            ),
          ]),
      ...(found.comment === purpose ? [] : [comment]),
    ];
  });
}

function noPowersOf({ powers }: CatalogRole): string {
  return noPowers
    .split(" ")
    .filter((word) => powers.includes(word.slice(2)))
    .join(" ");
}

function differences(found: CatalogRole, login: boolean, inherit: boolean): string[] {
  return [
    ...(found.login === login ? [] : [login ? "may not log in" : "may log in"]),
    ...(found.inherit === inherit ? [] : [inherit ? "does not inherit" : "inherits"]),
    ...found.powers.map((power) => `is ${power}`),
  ];
}

/** Roles whose password is known and is another; it is sent as its verifier and never shown. */
export function passwordSteps({ catalog, desired, passwords }: PlanInput): Step[] {
  return desired.roles.flatMap(({ name, login }) => {
    const password = passwords.get(name);
    if (!login || password === undefined) return [];
    const verifier = catalog.roles.find((role) => role.name === name)?.verifier ?? null;
    if (verifier !== null && isPassword(verifier, password)) return [];
    const statement = (shown: string) => `ALTER ROLE ${ident(name)} PASSWORD '${shown}'`;
    return [
      step("password", statement(scramVerifier(password)), `${name} has another password`, statement("…")),
    ];
  });
}

/** Who is to be, and who must not be, a member of a service's roles; what is taken away comes first. */
export function membershipSteps({ catalog, desired }: PlanInput): Step[] {
  const modern = catalog.version >= 160_000;
  const ours = new Set(desired.roles.map(({ name }) => name));
  const wanted = (role: string, member: string) =>
    desired.memberships.some((one) => one.role === role && one.member === member);
  const stray = catalog.memberships
    .filter(({ role, member }) => ours.has(member) && !wanted(role, member))
    .map(({ role, member }) =>
      step("revoke", `REVOKE ${ident(role)} FROM ${ident(member)}`, `${member} is a member of ${role}`),
    );
  const missing = desired.memberships.flatMap(({ role, member }) => {
    const found = catalog.memberships.find((one) => one.role === role && one.member === member);
    const options = modern ? " WITH INHERIT FALSE, SET TRUE" : "";
    const fits = found?.set && !found.admin && (!modern || !found.inherit);
    if (fits) return [];
    const revoke = found?.admin
      ? [
          step(
            "revoke",
            `REVOKE ADMIN OPTION FOR ${ident(role)} FROM ${ident(member)}`,
            `${member} may give ${role} away`,
          ),
        ]
      : [];
    return [
      ...revoke,
      step(
        "membership",
        `GRANT ${ident(role)} TO ${ident(member)}${options}`,
        `${member} may not act as ${role}`,
      ),
    ];
  });
  return [...stray, ...missing];
}

/** What a role's sessions in this database begin with. */
export function settingSteps({ catalog, desired }: PlanInput): Step[] {
  const same = (a: RoleSetting, b: RoleSetting) =>
    a.role === b.role && a.name === b.name && a.value === b.value;
  const managed = new Set(["search_path", "role"]);
  const within = ` IN DATABASE ${ident(catalog.database.name)}`;
  const extra = catalog.settings.filter(
    (one) =>
      managed.has(one.name) &&
      !desired.settings.some((wanted) => wanted.role === one.role && wanted.name === one.name),
  );
  return [
    ...extra.map(({ role, name, value }) =>
      step(
        "setting",
        `ALTER ROLE ${ident(role)}${within} RESET ${name}`,
        `${role} starts with ${name} = ${value}`,
      ),
    ),
    ...desired.settings
      .filter((wanted) => !catalog.settings.some((found) => same(found, wanted)))
      .map(({ role, name, value }) =>
        step(
          "setting",
          `ALTER ROLE ${ident(role)}${within} SET ${name} = ${name === "role" ? ident(value) : value}`,
          `${role} does not start with ${name} = ${value}`,
        ),
      ),
  ];
}

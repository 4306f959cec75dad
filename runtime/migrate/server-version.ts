/** The versions of a server that a service says it works on, as the manifest's `serverVersion` has them. */
import { MigrationError } from "./errors.ts";

/**
 * @param name what the server is called
 * @param version as the server gives it: `15.6 (Debian 15.6-0+deb12u1)`, `10.11.19-MariaDB`
 * @param range such as `>=15` or `>=15 <18`; whatever is left out of a version counts as any
 * @throws {MigrationError} `server`
 */
export function requireVersion(
  service: string,
  name: string,
  version: string,
  range: string | undefined,
): void {
  if (range === undefined || range.split(" ").every((part) => fits(version, part))) return;
  throw new MigrationError(
    service,
    "server",
    `${service}: the server is ${name} ${version.split(" ")[0]}, and ${service} needs ${range} (serverVersion in the manifest).`,
  );
}

function fits(version: string, part: string): boolean {
  const found = /^(?<operator>[<>]=?|[=^~])?(?<wanted>[\d.]+)$/.exec(part)?.groups;
  if (!found) return true;
  const wanted = (found["wanted"] ?? "").split(".").map(Number);
  const actual = version.split(/[.\s-]/).map(Number);
  // As far as the range says: 15 stands for every 15.x.
  const order =
    wanted.map((number, at) => Math.sign((actual[at] ?? 0) - number)).find((sign) => sign !== 0) ?? 0;
  switch (found["operator"]) {
    case ">=":
      return order >= 0;
    case ">":
      return order > 0;
    case "<=":
      return order <= 0;
    case "<":
      return order < 0;
    case "^":
      return order >= 0 && actual[0] === wanted[0];
    case "~":
      return order >= 0 && actual[0] === wanted[0] && (wanted.length < 2 || actual[1] === wanted[1]);
    default:
      return order === 0;
  }
}

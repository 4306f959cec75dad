import { expect, test } from "bun:test";
import { MigrationError } from "./errors.ts";
import { requireVersion } from "./server-version.ts";

test("a server's version is held against the manifest's range", () => {
  const table: [range: string, version: string, fits: boolean][] = [
    [">=15", "15.6 (Debian 15.6-0+deb12u1)", true],
    [">=15", "18.4", true],
    [">=16", "15.6 (Debian 15.6-0+deb12u1)", false],
    [">=15 <18", "18.4", false],
    [">15", "15.6", false],
    ["<=15", "15.6", true],
    ["15", "15.6", true],
    ["=10.6", "10.11.19-MariaDB-0+deb12u1", false],
    ["^10.6", "10.11.19-MariaDB-0+deb12u1", true],
    ["^10.6", "11.0.1", false],
    ["~10.6", "10.6.3", true],
    ["~10.6", "10.11.1", false],
    [">=3.35.0", "3.54.1", true],
    [">=8.0.13", "8.0.12", false],
  ];
  for (const [range, version, fits] of table) {
    let passed = true;
    try {
      requireVersion("s", "Server", version, range);
    } catch (error) {
      if (!(error instanceof MigrationError)) throw error;
      passed = false;
    }
    expect([range, version, passed]).toEqual([range, version, fits]);
  }
  expect(() => requireVersion("s", "PostgreSQL", "15.6 (Debian)", ">=16")).toThrow(
    "s: the server is PostgreSQL 15.6, and s needs >=16 (serverVersion in the manifest).",
  );
});

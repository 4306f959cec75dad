import { expect, test } from "bun:test";
import type { Deployment, TenantSource } from "../manifest/model.ts";
import { testDatabases } from "./embedded/testing.ts";
import { DeployError } from "./error.ts";
import { readTenants } from "./tenants.ts";

const databases = testDatabases();
const place = { file: "freehold.json", line: 1, column: 1, endLine: 1, endColumn: 2 };
const deployment = (tenants: TenantSource | null): Deployment => ({
  name: "saas",
  layout: "per-tenant",
  database: "{TENANT}_URL",
  schemas: "shared",
  tenants,
  roles: { owner: "{service}_owner", migrator: "{service}_migrator", app: "{service}_app" },
  at: place,
});
const ofFile = (text: string | null, file = "tenants.json") =>
  readTenants(deployment({ file }), { env: {}, read: () => text });

test("tenants come from a list in JSON, from lines, and from a variable", async () => {
  expect(await ofFile('["north", "south"]')).toEqual(["north", "south"]);
  expect(await ofFile("north\r\n# not yet\nsouth # the second\n\n", "tenants.txt")).toEqual([
    "north",
    "south",
  ]);
  const ofVariable = { env: { TENANTS: "north, south,," }, read: () => null };
  expect(await readTenants(deployment({ variable: "TENANTS" }), ofVariable)).toEqual(["north", "south"]);
  expect(await readTenants({ ...deployment(null), layout: "shared" }, ofVariable)).toEqual([]);
});

test("tenants come from a question to a database, which may not be changed by it", async () => {
  const url = await databases.database();
  const ask = (query: string) =>
    readTenants(deployment({ query, database: "CONTROL_URL" }), {
      env: { CONTROL_URL: url },
      read: () => null,
    });
  expect(await ask("select 'tenant_' || n from generate_series(1, 3) n")).toEqual([
    "tenant_1",
    "tenant_2",
    "tenant_3",
  ]);
  await expect(ask("create table t (name text)")).rejects.toThrow(
    new DeployError(
      "the tenants cannot be asked for (create table t (name text)): cannot execute CREATE TABLE in a read-only transaction",
    ),
  );
});

test("a list that cannot be right is one clear line", async () => {
  const said: [string | null, string][] = [
    [null, "tenants.json, which lists the tenants, cannot be read"],
    ["[", "tenants.json is no JSON"],
    ["{}", 'tenants.json must be a list of the tenants\' names: ["north", "south"]'],
    ["[]", "tenants.json lists no tenant"],
    ['["a", "a"]', "tenants.json lists the tenant a twice"],
    ['["a-b", "a_b"]', "tenants.json lists a-b and a_b, whose databases would have one variable (A_B)"],
    ['["a b"]', 'tenants.json lists "a b": a tenant\'s name has letters, digits, "-", "_" and "."'],
  ];
  for (const [text, message] of said) await expect(ofFile(text)).rejects.toThrow(new DeployError(message));
  await expect(
    readTenants(deployment({ variable: "TENANTS" }), { env: {}, read: () => null }),
  ).rejects.toThrow(new DeployError("TENANTS, which lists the tenants, is not set"));
  await expect(readTenants(deployment(null), { env: {}, read: () => null })).rejects.toThrow(
    new DeployError('the deployment "saas" does not say who its tenants are: name a file under "tenants"'),
  );
});

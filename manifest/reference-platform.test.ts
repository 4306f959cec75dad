import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { loadManifest } from "./load.ts";
import { diskSource } from "./source.ts";

test("the reference platform's manifest says who owns what", () => {
  const { manifest, problems } = loadManifest(diskSource(resolve(import.meta.dir, "..")));
  expect(problems).toEqual([]);
  expect(
    manifest?.services.map(({ name, owns, database, migrate }) => ({
      name,
      owns: owns.map(({ table }) => table),
      variables: [...database, ...migrate],
    })),
  ).toEqual([
    {
      name: "gatekeeper",
      owns: ["audit_log", "audit_log_*", "audit_checkpoint"],
      variables: ["GATEKEEPER_DATABASE_URL", "GATEKEEPER_MIGRATOR_URL"],
    },
    {
      name: "guardian",
      owns: ["agent_badges"],
      variables: ["GUARDIAN_DATABASE_URL", "GUARDIAN_MIGRATOR_URL"],
    },
    {
      name: "telemetry",
      owns: ["system_telemetry", "usage_stats"],
      variables: ["TELEMETRY_DATABASE_URL", "TELEMETRY_MIGRATOR_URL"],
    },
    { name: "lobby", owns: ["history"], variables: ["LOBBY_DATABASE_URL", "LOBBY_MIGRATOR_URL"] },
    { name: "router", owns: ["routes"], variables: ["ROUTER_DATABASE_URL", "ROUTER_MIGRATOR_URL"] },
  ]);
});

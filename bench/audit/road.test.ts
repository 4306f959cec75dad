import { expect, test } from "bun:test";
import { join } from "node:path";
import postgres from "postgres";
import { startPostgres } from "../../deploy/embedded/mod.ts";
import { startProxy } from "../../deploy/embedded/proxy.ts";
import { noRoad, openRoad } from "./road.ts";

test("a database is reached, cut off and reached again, by its socket and by TCP", async () => {
  await using server = await startPostgres();
  const url = await server.createDatabase("there");
  const listening = await startProxy(join(server.socketFolder, ".s.PGSQL.5432"), 0);
  try {
    for (const one of [url, `postgres://postgres:word@127.0.0.1:${listening.port}/there?sslmode=disable`]) {
      const road = await openRoad(one);
      const ask = async () => {
        const sql = postgres(road.url, { max: 1, onnotice: () => {} });
        try {
          return (await sql`select current_database() as name`)[0]!["name"];
        } finally {
          await sql.end({ timeout: 0 });
        }
      };
      expect(await ask()).toBe("there");
      road.set("cut");
      await expect(ask()).rejects.toThrow();
      road.set("open");
      expect(await ask()).toBe("there");
      road.stop();
    }
  } finally {
    listening.stop();
  }
});

test("a certificate's name cannot be checked on a road of ours", () => {
  expect(noRoad("postgres://db.internal/x?sslmode=require")).toBeNull();
  expect(noRoad("postgres://db.internal/x?sslmode=verify-full")).toStartWith("sslmode=verify-full: ");
});

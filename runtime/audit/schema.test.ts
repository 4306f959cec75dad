import { expect, test } from "bun:test";
import { testDatabases } from "../../deploy/embedded/testing.ts";
import { connect } from "../connect/mod.ts";
import { migrate } from "../migrate/mod.ts";
import { auditSchema } from "./mod.ts";

const databases = testDatabases();

test("the tables to begin from are those that the reference platform's migrations make", async () => {
  const [ours, theirs] = await Promise.all([databases.database(), databases.database()]);
  const folder = new URL("../../services/gatekeeper/migrations", import.meta.url);
  await migrate({ service: "gatekeeper", folder, url: theirs });
  const shapes = await Promise.all(
    [ours, theirs].map(async (url) => {
      const sql = connect({ service: "test", variable: "URL", env: { URL: url } });
      if (url === ours) await sql.unsafe(auditSchema);
      const columns = await sql`
        select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
        where table_schema = 'public' order by table_name, ordinal_position`;
      const indexes =
        await sql`select indexdef from pg_indexes where schemaname = 'public' order by indexdef`;
      await sql.end();
      return { columns: [...columns], indexes: [...indexes] };
    }),
  );
  expect(shapes[0]).toEqual(shapes[1]!);
  expect(shapes[0]!.columns.length).toBeGreaterThan(20);
});

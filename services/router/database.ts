/** Router's own database, and nobody else's. */
import { connect, type Sql } from "freehold/connect";
import { migrate } from "freehold/migrate";
import type { Environment } from "../chassis.ts";

/** Opens it, and brings its schema up to head or makes sure that somebody did. */
export async function openDatabase(env: Environment): Promise<Sql> {
  const sql = connect({ service: "router", variable: "ROUTER_DATABASE_URL", env });
  const folder = new URL("./migrations", import.meta.url);
  try {
    await migrate({ service: "router", folder, sql, migrator: "ROUTER_MIGRATOR_URL", env });
    return sql;
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error;
  }
}

/** Which service answers under which name. */
import type { Sql } from "freehold/connect";

export interface Route {
  name: string;
  target: string;
  updatedBy: string;
  updatedAt: Date;
}

/** A route by its name; null where there is none. */
export async function findRoute(sql: Sql, name: string): Promise<Route | null> {
  const [row] = await sql<Route[]>`
    select name, target, updated_by as "updatedBy", updated_at as "updatedAt" from routes where name = ${name}`;
  return row ? { ...row } : null;
}

/** All routes, by name. */
export async function listRoutes(sql: Sql): Promise<Route[]> {
  const rows = await sql<Route[]>`
    select name, target, updated_by as "updatedBy", updated_at as "updatedAt" from routes order by name`;
  return rows.map((row) => ({ ...row }));
}

/** Makes a route, or sets its target. @param actor who does */
export async function putRoute(sql: Sql, name: string, target: string, actor: string): Promise<void> {
  await sql`
    insert into routes (name, target, updated_by) values (${name}, ${target}, ${actor})
    on conflict (name) do update set target = excluded.target, updated_by = excluded.updated_by, updated_at = now()`;
}

/** Badges that agents hold: granted, verified, revoked. */
import type { Sql } from "freehold/connect";
import { Problem } from "../chassis.ts";

export interface Grant {
  agent: string;
  badge: string;
  expiresAt: Date | null;
}

export interface Badge extends Grant {
  id: string;
  grantedBy: string;
  grantedAt: Date;
}

/** @throws {Problem} 409 where the agent holds the badge already. */
export async function grant(sql: Sql, grantedBy: string, { agent, badge, expiresAt }: Grant): Promise<Badge> {
  return sql.begin(async (tx) => {
    // One that has run out makes room for the new one.
    await tx`
      update agent_badges set revoked_at = expires_at
      where agent = ${agent} and badge = ${badge} and revoked_at is null and expires_at <= now()`;
    const [row] = await tx<Badge[]>`
      insert into agent_badges (agent, badge, granted_by, expires_at)
      values (${agent}, ${badge}, ${grantedBy}, ${expiresAt})
      on conflict (agent, badge) where revoked_at is null do nothing
      returning id, agent, badge, granted_by as "grantedBy", granted_at as "grantedAt", expires_at as "expiresAt"`;
    if (!row) throw new Problem(409, `${agent} holds ${badge} already`);
    return { ...row };
  });
}

/** @throws {Problem} 404 where there is no such badge, or it is held no more. */
export async function revoke(sql: Sql, id: string): Promise<void> {
  const revoked = await sql`
    update agent_badges set revoked_at = now()
    where id = ${id} and revoked_at is null and (expires_at is null or expires_at > now())`;
  if (revoked.count === 0) throw new Problem(404, "nobody holds such a badge");
}

/** The badges that an agent holds now. */
export async function heldBy(sql: Sql, agent: string): Promise<Badge[]> {
  const rows = await sql<Badge[]>`
    select id, agent, badge, granted_by as "grantedBy", granted_at as "grantedAt", expires_at as "expiresAt"
    from agent_badges
    where agent = ${agent} and revoked_at is null and (expires_at is null or expires_at > now())
    order by badge`;
  return rows.map((row) => ({ ...row }));
}

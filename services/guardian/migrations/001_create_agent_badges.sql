create table agent_badges (
  id uuid primary key default gen_random_uuid(),
  agent text not null,
  badge text not null,
  granted_by text not null,
  granted_at timestamptz not null default now(),
  expires_at timestamptz check (expires_at > granted_at),
  revoked_at timestamptz
);

-- An agent holds a badge at most once; what was revoked stays as history.
create unique index agent_badges_held on agent_badges (agent, badge) where revoked_at is null;

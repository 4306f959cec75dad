/** The tables that an audit log needs: for a migration to begin from, and for proofs. */
export const auditSchema = `create table audit_log (
  writer uuid not null,
  sequence bigint not null,
  id uuid not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  resource text not null,
  decision text not null,
  detail jsonb,
  stored_at timestamptz not null default now(),
  primary key (writer, sequence, at)
) partition by range (at);

create table audit_log_default partition of audit_log default;

create index audit_log_at on audit_log (at, writer, sequence);
create index audit_log_actor on audit_log (actor, at, writer, sequence);

create table audit_checkpoint (
  writer uuid primary key,
  holder uuid not null,
  epoch bigint not null default 1,
  sequence bigint not null default 0,
  changed_at timestamptz not null default now()
);
`;

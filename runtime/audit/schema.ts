/**
 * The tables that an audit log needs: for a migration to begin from, and for proofs. Each index is paid for by every event;
 * these are what is needed to store each event once, to read the latest first, and to find an actor's. The last one's Bloom
 * filter came with PostgreSQL 14; on an older server leave it out, or have one on `(actor, at)`.
 */
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

create index audit_log_at on audit_log (at);
create index audit_log_actor on audit_log using brin (actor text_bloom_ops) with (pages_per_range = 32, autosummarize = on);

create table audit_checkpoint (
  writer uuid primary key,
  holder uuid not null,
  epoch bigint not null default 1,
  sequence bigint not null default 0,
  changed_at timestamptz not null default now()
);
`;

-- Every decision, once: a writer is one process, and its sequence has no gaps.
create table audit_log (
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
  primary key (writer, sequence)
);

-- Read backwards for the latest first; the key's columns make the order total, so that pages neither skip nor repeat.
create index audit_log_at on audit_log (at, writer, sequence);
create index audit_log_actor on audit_log (actor, at, writer, sequence);

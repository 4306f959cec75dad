-- Partitions by month, so that what is old goes at once; the default one takes what no month's was made for in time.
alter table audit_log rename to audit_log_001;
alter table audit_log_001 rename constraint audit_log_pkey to audit_log_001_pkey;
alter index audit_log_at rename to audit_log_001_at;
alter index audit_log_actor rename to audit_log_001_actor;

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
  primary key (writer, sequence, at)
) partition by range (at);

create table audit_log_default partition of audit_log default;

create index audit_log_at on audit_log (at, writer, sequence);
create index audit_log_actor on audit_log (actor, at, writer, sequence);

insert into audit_log (writer, sequence, id, at, actor, action, resource, decision, detail, stored_at)
select writer, sequence, id, at, actor, action, resource, decision, detail, stored_at from audit_log_001;
drop table audit_log_001;

-- Up to where each writer's events are stored: changed in the transaction that stores them, so that each is there once.
create table audit_checkpoint (
  writer uuid primary key,
  holder uuid not null,
  epoch bigint not null default 1,
  sequence bigint not null default 0,
  changed_at timestamptz not null default now()
);

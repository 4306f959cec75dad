drop table audit_checkpoint;

alter table audit_log rename to audit_log_002;
alter table audit_log_002 rename constraint audit_log_pkey to audit_log_002_pkey;
alter index audit_log_at rename to audit_log_002_at;
alter index audit_log_actor rename to audit_log_002_actor;

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

create index audit_log_at on audit_log (at, writer, sequence);
create index audit_log_actor on audit_log (actor, at, writer, sequence);

insert into audit_log (writer, sequence, id, at, actor, action, resource, decision, detail, stored_at)
select writer, sequence, id, at, actor, action, resource, decision, detail, stored_at from audit_log_002;
drop table audit_log_002;

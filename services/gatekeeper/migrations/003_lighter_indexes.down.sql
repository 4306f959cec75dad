drop index audit_log_at;
create index audit_log_at on audit_log (at, writer, sequence);

drop index audit_log_actor;
create index audit_log_actor on audit_log (actor, at, writer, sequence);

/**
 * A small schema, and statements of every kind that names a table and can run in a transaction
 * (VACUUM, CREATE INDEX CONCURRENTLY and the like cannot). Each runs alone and is taken back.
 */

/** `a` to `d` stand alone; all others hang together in some way. */
export const SCHEMA = `
create schema app;
create table a (id int primary key, x int, y text);
create table b (id int primary key, x int, y text);
create table c (id int primary key, x int, y text);
create table d (id int, x int, y text);
create table app.accounts (id int primary key, name text);
create table "Mixed Case" (id int primary key, "Größe" int);
create table users (id int primary key, name text);
create table orders (id int primary key, user_id int references users, total int);
create table items (id int primary key, order_id int references orders on delete cascade);
create index a_x on a (x);
create index orders_total on orders (total);
create sequence numbers;
create view orders_view as select o.id, u.name from orders o join users u on u.id = o.user_id;
create view a_view as select * from a;
create materialized view totals as select user_id, sum(total) as total from orders group by 1;
create unique index totals_user on totals (user_id);
create table events (id int, at date not null) partition by range (at);
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
create table events_2027 (id int, at date not null);
create index events_at on only events (at);
create index events_2026_at on events_2026 (at);
create table comment (id int);
create table label (id int);
create table parent (id int);
create table child (z int) inherits (parent);
create table orphan (id int, z int);
create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create function count_b() returns bigint language sql as 'select count(*) from b';
create procedure fill_b(n int) language plpgsql as $$ begin insert into b values (n); end $$;
create table watched (id int, x int);
create function log_watched() returns trigger language plpgsql as $$ begin insert into d values (new.id); return new; end $$;
create trigger log after insert on watched for each row execute function log_watched();
create table ruled (id int);
create rule copy_ruled as on insert to ruled do also insert into d values (new.id);
create table guarded (id int, x int);
create policy own on guarded using (x in (select x from b));
create statistics a_stats on x, y from a;
create type mood as enum ('sad', 'fine');
create type pair as (l int, r int);
create table typed of pair;
create foreign data wrapper nowhere;
create server far foreign data wrapper nowhere;
create foreign table remote (id int) server far;
create publication news for table a;
create role reader;
`;

/** Grouped as the grammar groups them; the group's name is for the reader alone. */
export const STATEMENTS: Record<string, readonly string[]> = {
  queries: [
    "select * from a",
    "select 1",
    "table a",
    'select "Größe" from "Mixed Case"',
    "select * from app.accounts, public.a",
    "select * from a join b using (id) left join c on c.id = b.id",
    "select * from a, lateral (select * from b where b.id = a.id) l",
    "select (select max(x) from b) from a where exists (select 1 from c) and (id, x, y) in (table d)",
    "select x from a union all (select x from b except select x from c) order by 1",
    "values ((select max(x) from a)), (2)",
    "with q as (select * from a) select * from q join b using (id)",
    "with b as (select * from a) select * from b",
    "with b as (select * from a) select * from public.b",
    "with recursive t (n) as (select x from a union all select n + 1 from t where n < 3) select * from t",
    "with recursive a as (select 1 as id union select id from a where id < 2) select * from a, b",
    "with q as (with a as (select * from b) select * from a) select * from q",
    "with gone as (delete from a returning *) insert into b select * from gone",
    "select * from a for update",
    "select * from a x join b z using (id) for share of z",
    "select * from only a",
    "select * from only (parent)",
    "select * from parent",
    "select * from a tablesample system (50)",
    "select * from rows from (generate_series(1, (select max(x)::int from a))) g",
    "select row_number() over (partition by x order by (select max(x) from b)) from a",
    "select array(select x from a), (select json_agg(t) from b t)",
    "select case when exists (select 1 from a) then (select max(x) from b) else 0 end",
    "select * from a where x > any (select x from b) limit (select 1 from c limit 1)",
    "select count(*) filter (where x in (select x from b)) from a group by y having max(x) > (select 1 from c limit 1)",
    "select * from orders_view",
    "select * from totals",
    "select * into made from a",
    "select count_b()",
    "explain select * from a join b using (id)",
    "explain analyze update a set x = 1",
    "prepare p as select * from a where id = $1",
    "prepare p as update a set x = 1; execute p",
    "declare cur cursor for select * from a",
    "select 'a'::regclass, 'numbers'::regclass",
    "select nextval('numbers')",
  ],
  changes: [
    "insert into a values (1, 2, 'x')",
    "insert into a (id) select id from b",
    "insert into a (id) select id from a where x = 1",
    "insert into a values (1) on conflict (id) do update set x = (select max(x) from b)",
    "insert into a values (1) on conflict do nothing returning (select count(*) from c)",
    "insert into a_view values (7, 8, 'x')",
    "insert into orders values (1, null, 3)",
    "insert into watched values (1)",
    "insert into ruled values (1)",
    "insert into events values (1, '2026-05-05')",
    "with q as (select 1 as id) insert into a select * from q",
    "update a set x = 1",
    "update a set (x, y) = (select x, y from b limit 1)",
    "update a set x = b.x from b where b.id = a.id",
    "update a z set x = 1 from a where a.id = z.id",
    "update only parent set id = 1",
    "with a as (select 1) update a set x = 1",
    "delete from a where x in (select x from b)",
    "delete from a using b, c where b.id = a.id",
    "delete from orders",
    "with b as (select 1 as id) delete from a using b where a.id = b.id",
    "merge into a using b on a.id = b.id when matched then update set x = b.x when not matched then insert values (b.id)",
    "merge into a using (select * from b) s on a.id = s.id when matched and exists (select 1 from c) then delete",
    "with s as (select * from b) merge into a using s on a.id = s.id when matched then do nothing",
    "truncate a",
    "truncate table only a, app.accounts restart identity",
    "truncate users, orders, items",
    "copy a from '/dev/null'",
    "copy a (id, x) to '/dev/null'",
    "copy (select * from a join b using (id)) to '/dev/null'",
    "copy (delete from a returning id) to '/dev/null'",
    "lock table a, b in share mode",
    "lock a in access exclusive mode",
  ],
  "tables made": [
    "create table made (id int)",
    "create table app.made (id int)",
    "create unlogged table made (id int)",
    "create table if not exists a (id int)",
    "create table made (id int references a)",
    "create table made (id int, foreign key (id) references app.accounts (id))",
    "create table made (like a including all)",
    "create table made (z2 int) inherits (parent)",
    "create table made partition of events for values from ('2028-01-01') to ('2029-01-01')",
    "create table made of pair",
    "create table made (id int) partition by hash (id)",
    "create table made as select * from a",
    "create table made as table a with no data",
    "create table made as with q as (select * from a) select q.* from q, b",
    "create temp table made as select * from a; select * from made, b",
    "create temp table a (id int); insert into a values (1); select * from a; drop table a; select * from a",
    "create schema made create table t (id int references a) create view v as select * from t",
    "create schema authorization reader create table made (id int primary key) create table again (id int references made)",
    "create table made (r a, m mood)",
    "create foreign table made (id int) server far",
    "create table made (id int, d int default (1), check (id > 0))",
  ],
  "tables changed": [
    "alter table a add column z int",
    "alter table a add column z int references b",
    "alter table c drop column y, alter column x set not null",
    "alter table a add constraint f foreign key (x) references b",
    "alter table a add constraint f foreign key (x) references b not valid",
    "alter table a add check (x > 0)",
    "alter table only c alter x type bigint",
    "alter table app.accounts rename to accounts_2",
    "alter table a rename column x to z",
    "alter table a rename constraint a_pkey to k",
    "alter table a set schema app",
    "alter table a enable row level security",
    "alter table a owner to reader",
    "alter table a set (fillfactor = 70)",
    "alter table if exists nothing add column z int",
    "alter table events attach partition events_2027 for values from ('2027-01-01') to ('2028-01-01')",
    "alter table events detach partition events_2026",
    "alter table orphan inherit parent",
    "alter table child no inherit parent",
    "alter table watched disable trigger log",
    "alter table a replica identity full",
    "alter table a cluster on a_x",
    "alter table typed not of",
    "alter foreign table remote add column z int",
    "drop table guarded",
    "drop table c, app.accounts",
    "drop table if exists a, nothing cascade",
    "drop table users cascade",
    "drop table events",
    "drop foreign table remote",
    "drop table comment, label",
    "drop table if exists label",
    "alter table label rename to comments",
    "create temp table a (id int); alter table a rename to made; select * from a; select * from made",
  ],
  indexes: [
    "create index on a (x)",
    "create unique index made on app.accounts (lower(name)) where id > 0",
    "create index made on only events (at)",
    "alter index a_x rename to a_z",
    "alter index a_x set (fillfactor = 70)",
    "drop index a_x",
    "alter index events_at attach partition events_2026_at",
    "reindex table a",
    "reindex index a_x",
    "cluster a using a_x",
    "analyze a",
    "analyze a (x), b",
    "create statistics made on x, y from a",
    "alter statistics a_stats set statistics 10",
    "drop statistics a_stats",
  ],
  views: [
    "create view made as select * from a",
    "create or replace view a_view as select * from a where x > 0",
    "create recursive view made (n) as select 1 union select n + 1 from made, a where n < 3",
    "create view made as with q as (select * from a) select * from q join orders_view using (id)",
    "alter view a_view rename to made",
    "alter view a_view alter column x set default 1",
    "drop view a_view",
    "create materialized view made as select a.* from a join b using (id)",
    "create materialized view made as select * from a with no data",
    "refresh materialized view totals",
    "refresh materialized view concurrently totals",
    "alter materialized view totals rename to made",
    "drop materialized view if exists totals",
  ],
  "what hangs on tables": [
    "create trigger made after insert or update of x on a for each row execute function touch()",
    "create constraint trigger made after insert on a from b deferrable for each row execute function touch()",
    "create trigger made after insert on a referencing new table as fresh for each statement execute function touch()",
    "alter trigger log on watched rename to made",
    "drop trigger log on watched",
    "drop trigger if exists nothing on a",
    "create rule made as on insert to a do also insert into b select new.*",
    "create rule made as on update to a do instead (delete from b where id = old.id; insert into c values (1))",
    "alter rule copy_ruled on ruled rename to made",
    "drop rule copy_ruled on ruled",
    "create policy made on a for select to reader using (x in (select x from b))",
    "create policy made on a for insert with check (exists (select 1 from c))",
    "alter policy own on guarded using (exists (select 1 from c))",
    "alter policy own on guarded rename to made",
    "drop policy own on guarded",
    "create sequence made owned by a.id",
    "alter sequence numbers owned by public.c.id",
    "comment on table a is 'x'",
    "comment on table comment is 'on label'",
    "comment on column label.id is 'x'",
    "comment on column app.accounts.name is 'x'",
    "comment on view a_view is 'x'",
    "comment on materialized view totals is 'x'",
    "comment on foreign table remote is 'x'",
    "comment on constraint a_pkey on a is 'x'",
    "comment on trigger log on watched is 'on d'",
    "comment on policy own on guarded is 'x'",
    "comment on rule copy_ruled on ruled is 'x'",
    "comment on index a_x is 'on a'",
    "grant select, insert (id) on a, app.accounts to reader",
    "revoke all on table a from reader",
    "grant select on all tables in schema app to reader",
    "create publication made for table a, b where (id > 3)",
    "create publication made for tables in schema app",
    "alter publication news add table b",
    "alter publication news drop table a",
    "create type made as (l a, r int)",
    "alter type pair add attribute z int cascade",
  ],
  routines: [
    "create function made() returns bigint language sql as 'select count(*) from a, app.accounts'",
    "create function made() returns bigint language sql begin atomic select count(*) from a; end",
    "create function made() returns setof a language sql as $$ select * from a $$",
    "create function made(r a) returns bigint language sql return (select count(*) from b)",
    "create function made() returns void language plpgsql as $$ begin insert into a select * from b; end $$",
    "create procedure made() language sql as $$ insert into a values (1); update b set x = 1 $$",
    "create function made() returns int language plpgsql as $$ declare r a%rowtype; v b.x%type; begin return 1; end $$",
    "drop function count_b()",
    "call fill_b(9)",
  ],
  blocks: [
    "do $$ begin insert into a select * from b; end $$",
    "do $$ declare n int; begin select count(*) into n from a; perform 1 from b; end $$",
    "do $$ begin if exists (select 1 from a) then delete from b; else truncate c; end if; end $$",
    "do $$ declare r record; begin for r in select * from a loop update b set x = r.x; end loop; end $$",
    "do $$ begin execute 'delete from a'; end $$",
    "do $$ begin execute format('insert into %I.%I values (1)', 'app', 'accounts'); end $$",
    "do $$ declare t text := 'a'; begin execute 'select * from ' || quote_ident(t); end $$",
    "do $$ begin create table if not exists a (id int); alter table b add column if not exists z int; end $$",
    "do $$ declare cur cursor for select * from a; begin open cur; close cur; end $$",
    "do $$ declare n int := (select count(*) from a); begin assert n >= 0 or exists (select 1 from b); end $$",
    "do $$ begin create temp table made as select * from a; insert into made select * from b; end $$",
    "do $$ begin return; exception when others then delete from a; end $$",
  ],
};

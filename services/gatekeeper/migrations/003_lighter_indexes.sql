-- What each decision costs to store is mostly its entries in indexes. The latest first needs the time alone; decisions of one
-- moment are put in order as they are read.
drop index audit_log_at;
create index audit_log_at on audit_log (at);

-- An actor is looked for by a small Bloom filter over every 32 pages, which is written once they are full: some milliseconds
-- a million decisions to read, and next to nothing to write, however many actors there are.
drop index audit_log_actor;
create index audit_log_actor on audit_log using brin (actor text_bloom_ops) with (pages_per_range = 32, autosummarize = on);

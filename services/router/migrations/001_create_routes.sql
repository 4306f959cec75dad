create table routes (
  name text primary key,
  target text not null,
  updated_by text not null,
  updated_at timestamptz not null default now()
);

create table history (
  id bigint generated always as identity primary key,
  room text not null,
  author text not null,
  body text not null,
  posted_at timestamptz not null default now()
);

create index history_room on history (room, id);

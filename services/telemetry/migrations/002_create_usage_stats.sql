-- One row for each metric and hour (UTC), kept up as samples come in.
create table usage_stats (
  metric text not null,
  hour timestamptz not null,
  samples bigint not null,
  total double precision not null,
  lowest double precision not null,
  highest double precision not null,
  primary key (metric, hour)
);

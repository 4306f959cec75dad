create table system_telemetry (
  id bigint generated always as identity primary key,
  source text not null,
  metric text not null,
  value double precision not null,
  at timestamptz not null
);

create index system_telemetry_metric on system_telemetry (metric, at);

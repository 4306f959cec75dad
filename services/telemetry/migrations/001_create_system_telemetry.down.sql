drop table system_telemetry;

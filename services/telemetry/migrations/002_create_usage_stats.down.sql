drop table usage_stats;

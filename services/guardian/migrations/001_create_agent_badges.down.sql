drop table agent_badges;

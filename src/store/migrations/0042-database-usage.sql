-- The disk usage of an account’s databases when they were last measured, in blocks of 1024 bytes. 0: never, or databases do
-- not count.
ALTER TABLE account ADD COLUMN mysql_blocks_used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN postgresql_blocks_used INTEGER NOT NULL DEFAULT 0;

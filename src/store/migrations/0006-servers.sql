-- Several servers may share a store. What belongs to one machine carries the name of its server, which is empty where
-- the store is that server's own.
ALTER TABLE account ADD COLUMN server TEXT NOT NULL DEFAULT '';
CREATE INDEX account_by_server ON account (server, username);

ALTER TABLE operation ADD COLUMN server TEXT NOT NULL DEFAULT '';

-- In the place of tracked_id: every machine gives out its own ids.
CREATE TABLE removed_user_id (
  server TEXT NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (server, id)
) STRICT, WITHOUT ROWID;
INSERT INTO removed_user_id (server, id) SELECT '', id FROM tracked_id;
DROP TABLE tracked_id;

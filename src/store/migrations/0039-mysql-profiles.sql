-- MariaDB servers that are reached over the network (remote_mysql_create_profile). The profile “localhost” is the server
-- of the machine itself, and has no row.
CREATE TABLE mysql_profile (
  -- The server that uses them.
  server TEXT NOT NULL,
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  login TEXT NOT NULL,
  -- The password of that user.
  sealed BLOB NOT NULL,
  -- How the profile came about, in words.
  setup_via TEXT NOT NULL,
  -- As the caller says. Nothing depends on it.
  is_cloud INTEGER NOT NULL CHECK (is_cloud IN (0, 1)),
  -- The version that the server named when it was validated last. NULL: never.
  version TEXT,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;

-- The profile whose server gets new databases and users. Without a row, it is “localhost”.
CREATE TABLE active_mysql_profile (
  server TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  -- In milliseconds.
  activated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What tasks that activate a profile have done.
CREATE TABLE mysql_activation_step (
  server TEXT NOT NULL,
  task INTEGER NOT NULL,
  -- From 0.
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('INPROGRESS', 'DONE', 'FAILED')),
  -- In milliseconds.
  started_at INTEGER NOT NULL,
  -- NULL: it has not ended.
  ended_at INTEGER,
  PRIMARY KEY (server, task, position)
) STRICT, WITHOUT ROWID;

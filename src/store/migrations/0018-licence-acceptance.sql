-- Who accepted the licence of this program on each server.
CREATE TABLE licence_acceptance (
  server TEXT NOT NULL PRIMARY KEY,
  accepted_by TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  accepted_at INTEGER NOT NULL,
  -- The address of the client; empty for the local command line.
  address TEXT NOT NULL
) STRICT, WITHOUT ROWID;

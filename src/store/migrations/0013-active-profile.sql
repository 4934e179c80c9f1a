-- Which profile each server has, and with it which roles: what the server does, such as DNS.
CREATE TABLE active_profile (
  server TEXT NOT NULL PRIMARY KEY,
  code TEXT NOT NULL,
  -- The roles that are enabled, as a JSON list of their names.
  roles TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  activated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

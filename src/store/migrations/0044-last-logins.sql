-- The last login of an account to its interface.
CREATE TABLE last_login (
  username TEXT NOT NULL PRIMARY KEY,
  address TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  logged_in_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

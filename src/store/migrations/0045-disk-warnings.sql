-- Accounts whose owners were warned that their disk space is nearly used.
CREATE TABLE disk_usage_warning (
  username TEXT NOT NULL PRIMARY KEY,
  -- The level that the usage had when it was measured last: 1 warn, 2 critical, 3 full.
  level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3)
) STRICT, WITHOUT ROWID;

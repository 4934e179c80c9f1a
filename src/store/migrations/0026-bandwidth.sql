-- The bytes that accounts sent, by domain and day.
CREATE TABLE bandwidth (
  server TEXT NOT NULL,
  username TEXT NOT NULL,
  -- 0: the present account of this name. Otherwise when that account was removed.
  removed_at INTEGER NOT NULL,
  -- YYYYMMDD, by the server's time zone.
  day INTEGER NOT NULL,
  domain TEXT NOT NULL,
  -- Of what the bytes were sent by: http.
  protocol TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (username, removed_at, day, domain, protocol)
) STRICT, WITHOUT ROWID;
CREATE INDEX bandwidth_by_day ON bandwidth (server, day);

-- Removed accounts whose bandwidth is still reported.
CREATE TABLE bandwidth_removed_account (
  username TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  removed_at INTEGER NOT NULL,
  server TEXT NOT NULL,
  domain TEXT NOT NULL,
  owner TEXT NOT NULL,
  package TEXT NOT NULL,
  ip TEXT NOT NULL,
  -- 1: it was a reseller.
  is_reseller INTEGER NOT NULL CHECK (is_reseller IN (0, 1)),
  -- Mebibytes a month; NULL is unlimited.
  bandwidth_limit INTEGER,
  PRIMARY KEY (username, removed_at)
) STRICT, WITHOUT ROWID;

-- What was done about the limit of an account.
CREATE TABLE bandwidth_limit_state (
  username TEXT NOT NULL PRIMARY KEY,
  -- 1: its sites answer that the limit is exceeded.
  exceeded INTEGER NOT NULL CHECK (exceeded IN (0, 1)),
  -- The last month, as YYYYMM, in which the administrators were warned. 0: never.
  warned_month INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How far the logs of bytes were counted.
CREATE TABLE bandwidth_log (
  server TEXT NOT NULL,
  -- These two identify a file.
  device TEXT NOT NULL,
  inode TEXT NOT NULL,
  -- The bytes that were counted.
  position INTEGER NOT NULL,
  -- The first bytes of the file: how many, and their SHA-256 in hexadecimal. The same inode may be another file later.
  head_length INTEGER NOT NULL,
  head_digest TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  counted_at INTEGER NOT NULL,
  PRIMARY KEY (server, device, inode)
) STRICT, WITHOUT ROWID;

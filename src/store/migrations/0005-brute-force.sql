-- Protection of logins against guessing. An address is kept as a text that sorts as the addresses do: 4 or 6 for its
-- version, then its bytes in hexadecimal.

-- Failed logins of the last hours.
CREATE TABLE login_failure (
  id INTEGER PRIMARY KEY,
  address TEXT NOT NULL,
  -- As it was sent; there need not be such a user.
  username TEXT NOT NULL,
  service TEXT NOT NULL,
  authentication TEXT NOT NULL,
  -- 1: it came from the machine itself.
  is_local INTEGER NOT NULL CHECK (is_local IN (0, 1)),
  -- HMAC-SHA-256 of address, user and password under a sealed key, so that the same attempt counts once; NULL: no
  -- password was wrong.
  attempt BLOB,
  -- 0: the user has logged in from there since.
  counts INTEGER NOT NULL CHECK (counts IN (0, 1)),
  -- Milliseconds since 1970-01-01.
  failed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX login_failure_by_address ON login_failure (address, failed_at);
CREATE INDEX login_failure_by_user ON login_failure (username, failed_at);
CREATE INDEX login_failure_by_time ON login_failure (failed_at);
CREATE INDEX login_failure_by_attempt ON login_failure (attempt, failed_at) WHERE attempt IS NOT NULL;

-- Addresses that are kept out for a while: one of version 4, or the 2^64 of version 6 that one customer has.
CREATE TABLE address_block (
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  -- excessive: for a day.
  kind TEXT NOT NULL CHECK (kind IN ('brute', 'excessive')),
  notes TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  PRIMARY KEY (first, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX address_block_by_end ON address_block (ends_at);

-- Users whose logins are refused for a while, and the failed login that brought it about.
CREATE TABLE user_block (
  username TEXT NOT NULL,
  -- 1: only logins from the machine itself are refused.
  only_local INTEGER NOT NULL CHECK (only_local IN (0, 1)),
  address TEXT NOT NULL,
  service TEXT NOT NULL,
  authentication TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  PRIMARY KEY (username, only_local)
) STRICT, WITHOUT ROWID;
CREATE INDEX user_block_by_end ON user_block (ends_at);

-- Addresses that are never kept out (white), or always (black).
CREATE TABLE address_list_entry (
  list TEXT NOT NULL CHECK (list IN ('white', 'black')),
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  comment TEXT NOT NULL,
  PRIMARY KEY (list, first, last)
) STRICT, WITHOUT ROWID;

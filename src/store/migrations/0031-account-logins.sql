-- The interface that a session belongs to: whostmgrd (root and resellers) or cpaneld (accounts).
ALTER TABLE session ADD COLUMN service TEXT NOT NULL DEFAULT 'whostmgrd';

-- API tokens of accounts, for their own interface. They are never valid in WHM.
CREATE TABLE account_token (
  username TEXT NOT NULL,
  name TEXT NOT NULL,
  -- SHA-256 of the token, which is too random to be guessed.
  token_hash BLOB NOT NULL UNIQUE,
  -- 1: it only calls functions that change nothing.
  is_read_only INTEGER NOT NULL CHECK (is_read_only IN (0, 1)),
  -- Milliseconds since 1970-01-01. NULL: it never expires.
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (username, name)
) STRICT, WITHOUT ROWID;

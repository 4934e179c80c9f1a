-- Settings of the installation, such as the two-factor authentication policy.
CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Sealed TOTP secrets. A user has one of the kind primary_account (whose name is empty), and may have
-- some for email addresses and team members.
CREATE TABLE tfa_secret (
  username TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('primary_account', 'email', 'team')),
  name TEXT NOT NULL,
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (username, kind, name)
) STRICT, WITHOUT ROWID;

-- What guards a user's codes. It outlives the secret: an accepted time step stays burnt.
CREATE TABLE tfa_guard (
  username TEXT NOT NULL PRIMARY KEY,
  accepted_step INTEGER,
  locked_until INTEGER
) STRICT, WITHOUT ROWID;

-- Wrong codes of the last minutes, for the lock.
CREATE TABLE tfa_wrong_code (
  username TEXT NOT NULL,
  sent_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tfa_wrong_code_by_user ON tfa_wrong_code (username, sent_at);

-- The name under which an app lists its codes: root's counts for the whole system.
CREATE TABLE tfa_issuer (
  username TEXT NOT NULL PRIMARY KEY,
  issuer TEXT NOT NULL
) STRICT, WITHOUT ROWID;

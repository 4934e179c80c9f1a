-- What logs users in over the network. Nothing here logs in by itself: tokens, sessions and codes are kept hashed.

-- API tokens. What one may do is cut to what its user holds at each call.
CREATE TABLE api_token (
  username TEXT NOT NULL,
  name TEXT NOT NULL,
  -- SHA-256 of the token, which is too random to be guessed.
  token_hash BLOB NOT NULL UNIQUE,
  -- 1: everything that its user holds, now and later.
  has_all INTEGER NOT NULL CHECK (has_all IN (0, 1)),
  -- Milliseconds since 1970-01-01; NULL: it never expires.
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  -- JSON list of addresses and CIDR ranges from which it works; NULL: from everywhere.
  whitelist TEXT,
  PRIMARY KEY (username, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token_privilege (
  username TEXT NOT NULL,
  token TEXT NOT NULL,
  privilege TEXT NOT NULL,
  PRIMARY KEY (username, token, privilege)
) STRICT, WITHOUT ROWID;

-- Access hashes, the older kind of token: they are shown again when they are asked for, so they are sealed.
CREATE TABLE access_hash (
  username TEXT NOT NULL PRIMARY KEY,
  sealed BLOB NOT NULL,
  -- SHA-256, to look it up by.
  hash BLOB NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- Sessions of people: a cookie and the security token of the URL, both kept as SHA-256.
CREATE TABLE session (
  id_hash BLOB NOT NULL PRIMARY KEY,
  token_hash BLOB NOT NULL,
  username TEXT NOT NULL,
  -- How it was begun: password, or login token.
  authentication TEXT NOT NULL,
  remote_address TEXT NOT NULL,
  -- Milliseconds since 1970-01-01. It ends when it was not used for a while, and at `expires_at` in any case.
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_user ON session (username);
CREATE INDEX session_by_expiry ON session (expires_at);

-- Links that log in once (create_user_session, get_login_url), as SHA-256.
CREATE TABLE login_token (
  token_hash BLOB NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  service TEXT NOT NULL,
  -- Where the browser is sent after it.
  app TEXT NOT NULL,
  -- SHA-256 of the security token that the link names and its session gets; NULL where it names none.
  security_token_hash BLOB,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_token_by_user ON login_token (username);
CREATE INDEX login_token_by_expiry ON login_token (expires_at);

-- Recovery codes, each good for one login in the place of a two-factor authentication code, as SHA-256.
CREATE TABLE recovery_code (
  username TEXT NOT NULL,
  code_hash BLOB NOT NULL,
  PRIMARY KEY (username, code_hash)
) STRICT, WITHOUT ROWID;

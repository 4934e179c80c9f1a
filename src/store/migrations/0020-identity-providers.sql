-- Logins through identity providers (OpenID Connect). Client secrets are sealed; what a browser holds is kept hashed.

-- How this installation is registered at a provider, for each service of WHM.
CREATE TABLE identity_provider (
  provider TEXT NOT NULL,
  -- cpaneld, webmaild or whostmgrd.
  service TEXT NOT NULL,
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  -- The client secret; NULL for a public client.
  sealed BLOB,
  is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
  PRIMARY KEY (provider, service)
) STRICT, WITHOUT ROWID;

-- What its button looks like. What is not here has its default.
CREATE TABLE identity_provider_display (
  provider TEXT NOT NULL,
  service TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (provider, service, name)
) STRICT, WITHOUT ROWID;

-- The identities with which users log in. A subject means one person at one issuer only.
CREATE TABLE linked_identity (
  provider TEXT NOT NULL,
  subject TEXT NOT NULL,
  username TEXT NOT NULL,
  issuer TEXT NOT NULL,
  preferred_username TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  linked_at INTEGER NOT NULL,
  PRIMARY KEY (provider, subject, username)
) STRICT, WITHOUT ROWID;
CREATE INDEX linked_identity_by_user ON linked_identity (username);

-- Logins that a browser has begun and with which it has not come back yet. Each is used once.
CREATE TABLE external_login (
  -- SHA-256 of the state, and of the browser's cookie.
  state_hash BLOB NOT NULL PRIMARY KEY,
  browser_hash BLOB NOT NULL,
  provider TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  -- The client's network, whose oldest logins end if it begins too many.
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX external_login_by_source ON external_login (source, created_at);
CREATE INDEX external_login_by_expiry ON external_login (expires_at);

-- Identities that a provider has confirmed, while their login still lacks a code, a password or the choice of a user.
CREATE TABLE proven_identity (
  -- SHA-256 of the browser's cookie.
  browser_hash BLOB NOT NULL PRIMARY KEY,
  provider TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  preferred_username TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX proven_identity_by_expiry ON proven_identity (expires_at);

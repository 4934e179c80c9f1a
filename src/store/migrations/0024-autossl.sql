-- AutoSSL: certificates from an issuer by ACME, for the virtual hosts of each server's accounts.

-- The provider in use, the URL of its directory, and WHM's metadata. What is not here has its default.
CREATE TABLE autossl_setting (
  server TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;

-- The account of each server at each issuer.
CREATE TABLE autossl_registration (
  server TEXT NOT NULL,
  -- The URL of the issuer's ACME directory.
  directory TEXT NOT NULL,
  -- The private key of the account. It is stored before it is registered.
  sealed BLOB NOT NULL,
  -- The URL of the account at the issuer; NULL: the key is not registered yet.
  account_url TEXT,
  -- The URL of the terms of service that were accepted; empty: the issuer had none.
  accepted_terms TEXT NOT NULL,
  -- The URL of the terms that the issuer had when it was asked last.
  current_terms TEXT NOT NULL,
  PRIMARY KEY (server, directory)
) STRICT, WITHOUT ROWID;

-- Orders under way: at most one for each virtual host. A row is there before the issuer knows of the order.
CREATE TABLE autossl_order (
  id INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  username TEXT NOT NULL,
  -- The virtual host.
  servername TEXT NOT NULL UNIQUE,
  -- JSON: the names of the certificate.
  names TEXT NOT NULL,
  directory TEXT NOT NULL,
  -- The private key of the certificate.
  sealed BLOB NOT NULL,
  -- The URL of the order at the issuer; NULL: it was not placed yet.
  url TEXT,
  -- The certificate and its chain (PEM), once issued. Then only the installation is left.
  certificate TEXT,
  chain TEXT,
  -- The task that works on it.
  task INTEGER NOT NULL,
  -- Milliseconds since 1970-01-01, like the other times.
  requested_at INTEGER NOT NULL,
  polled_at INTEGER NOT NULL
) STRICT;
CREATE INDEX autossl_order_by_user ON autossl_order (username);

-- The certificates that AutoSSL installed. All others were installed by somebody else.
CREATE TABLE autossl_certificate (
  servername TEXT NOT NULL PRIMARY KEY,
  server TEXT NOT NULL,
  username TEXT NOT NULL,
  -- SHA-256 of the certificate, in hexadecimal.
  fingerprint TEXT NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  -- How long the order took, in milliseconds.
  delivery_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX autossl_certificate_by_user ON autossl_certificate (username);

-- Why a name is not in a certificate: one that could not be validated.
CREATE TABLE autossl_problem (
  domain TEXT NOT NULL PRIMARY KEY,
  server TEXT NOT NULL,
  username TEXT NOT NULL,
  problem TEXT NOT NULL,
  -- The start time of the run that found it, as in autossl_run.
  log TEXT NOT NULL,
  found_at INTEGER NOT NULL,
  -- How many validations at the issuer failed one after the other, and when the next one may be tried.
  failures INTEGER NOT NULL,
  retry_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX autossl_problem_by_user ON autossl_problem (username);

-- The runs of the check. Their logs are those of their tasks.
CREATE TABLE autossl_run (
  server TEXT NOT NULL,
  -- 2026-11-26T08:06:00Z. No two runs of a server have the same one.
  start_time TEXT NOT NULL,
  task INTEGER NOT NULL,
  -- The account; *: all of them.
  username TEXT NOT NULL,
  provider TEXT NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (server, start_time)
) STRICT, WITHOUT ROWID;

-- Domains that an account no longer has, but for which the log of bytes can have lines that were not counted yet.
CREATE TABLE bandwidth_former_domain (
  server TEXT NOT NULL,
  domain TEXT NOT NULL,
  username TEXT NOT NULL,
  -- As in bandwidth.
  removed_at INTEGER NOT NULL,
  -- When the account lost the domain. Milliseconds since 1970-01-01.
  lost_at INTEGER NOT NULL,
  PRIMARY KEY (server, domain)
) STRICT, WITHOUT ROWID;
CREATE INDEX bandwidth_former_domain_by_user ON bandwidth_former_domain (username);

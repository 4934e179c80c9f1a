-- What is set for greylisting.
CREATE TABLE greylist_setting (
  server TEXT NOT NULL,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;

-- Addresses whose mail is never deferred.
CREATE TABLE greylist_trusted_host (
  id INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  -- An address, a network or a range.
  host TEXT NOT NULL,
  comment TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  created_at INTEGER NOT NULL,
  UNIQUE (server, host)
) STRICT;

-- Domains whose owners do not want it.
CREATE TABLE greylist_off_domain (
  domain TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX greylist_off_domain_by_user ON greylist_off_domain (username);

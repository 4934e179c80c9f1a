-- Nameservers of the servers that share a store: each copies the zones of the others. One that shares its store with
-- nobody is here while it has secondaries.
CREATE TABLE dns_server (
  server TEXT NOT NULL PRIMARY KEY,
  -- Where the others reach it: IPv4 or IPv6.
  address TEXT NOT NULL,
  port INTEGER NOT NULL,
  -- The catalog zone (RFC 9432) that lists its zones.
  catalog TEXT NOT NULL,
  -- The key (TSIG, RFC 8945) with which the others copy its zones; its secret is sealed.
  key_name TEXT NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Further nameservers that copy the zones of a server, each with a key of its own.
CREATE TABLE dns_secondary (
  server TEXT NOT NULL,
  address TEXT NOT NULL,
  port INTEGER NOT NULL,
  key_name TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (server, address, port)
) STRICT, WITHOUT ROWID;

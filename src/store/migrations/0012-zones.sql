-- Who a DNS zone belongs to, if it is not the zone of an account's main domain. A zone without a row is root's.
CREATE TABLE dns_zone (
  server TEXT NOT NULL,
  -- Lower-case, without the dot at the end.
  name TEXT NOT NULL,
  username TEXT NOT NULL,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX dns_zone_by_user ON dns_zone (username, name);

-- The nameservers that new zones of a server get, unless their reseller has others.
CREATE TABLE nameserver (
  server TEXT NOT NULL,
  -- From 1 to 4.
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (server, position)
) STRICT, WITHOUT ROWID;

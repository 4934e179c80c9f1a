-- Public addresses of a server behind NAT.
CREATE TABLE nat_address (
  server TEXT NOT NULL,
  local_ip TEXT NOT NULL,
  public_ip TEXT NOT NULL,
  PRIMARY KEY (server, local_ip)
) STRICT, WITHOUT ROWID;

-- Networks from which accounts of a server get IPv6 addresses. Addresses are texts that sort as the addresses do: the
-- bytes in hexadecimal.
CREATE TABLE ipv6_range (
  server TEXT NOT NULL,
  name TEXT NOT NULL,
  first TEXT NOT NULL,
  prefix_length INTEGER NOT NULL,
  -- 0: kept in reserve; accounts get none of its addresses.
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  note TEXT NOT NULL,
  owner TEXT NOT NULL,
  -- NULL: no account ever got one.
  most_recent TEXT,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;

-- The IPv6 address of an account. The range is “SHARED” for the server's own.
CREATE TABLE ipv6_assignment (
  username TEXT NOT NULL PRIMARY KEY,
  server TEXT NOT NULL,
  range_name TEXT NOT NULL,
  address TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ipv6_assignment_by_range ON ipv6_assignment (server, range_name, username);

-- Addresses that accounts gave back, in that order. They are assigned again when a range has no other left.
CREATE TABLE ipv6_reclaimed (
  id INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  range_name TEXT NOT NULL,
  address TEXT NOT NULL,
  UNIQUE (server, range_name, address)
) STRICT;

-- The virtual hosts that answer requests for unknown names, if they were chosen.
CREATE TABLE primary_virtual_host (
  server TEXT NOT NULL,
  -- Empty: the shared addresses.
  address TEXT NOT NULL,
  -- std: HTTP. ssl: HTTPS.
  type TEXT NOT NULL CHECK (type IN ('std', 'ssl')),
  username TEXT NOT NULL,
  servername TEXT NOT NULL,
  PRIMARY KEY (server, address, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX primary_virtual_host_by_user ON primary_virtual_host (username);

-- What only the machine knows, as --backup found it: passwords, crontabs, zones, users of databases. A backup has these
-- rows. The store has them after --restore, until --rebuild has used them.
CREATE TABLE machine_copy (
  server TEXT NOT NULL,
  -- login, zone, mysql, postgresql
  kind TEXT NOT NULL,
  -- The name of the zone, otherwise of the account.
  name TEXT NOT NULL,
  -- The account. Empty for a zone of root.
  username TEXT NOT NULL,
  -- Encrypted JSON.
  sealed BLOB NOT NULL,
  PRIMARY KEY (server, kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX machine_copy_username ON machine_copy (username);

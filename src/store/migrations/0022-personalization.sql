-- Values that root and resellers store for their own interfaces and scripts (personalization_set, nvset).
CREATE TABLE personalization (
  username TEXT NOT NULL,
  -- Empty: the store without a name.
  store TEXT NOT NULL,
  -- The SHA-256 of the name, in hexadecimal. A name itself can be too long for an index.
  name_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (username, store, name_hash)
) STRICT, WITHOUT ROWID;

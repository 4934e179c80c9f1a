-- Whose the databases of database servers are. The servers themselves know which ones exist.
CREATE TABLE database (
  server TEXT NOT NULL,
  engine TEXT NOT NULL CHECK (engine IN ('mysql', 'postgresql')),
  name TEXT NOT NULL,
  -- The account.
  owner TEXT NOT NULL,
  -- The profile of the database server that has it: localhost, or a remote one.
  profile TEXT NOT NULL,
  -- In milliseconds.
  created_at INTEGER NOT NULL,
  PRIMARY KEY (server, engine, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX database_by_owner ON database (owner, engine);

-- The same for the users of database servers.
CREATE TABLE database_user (
  server TEXT NOT NULL,
  engine TEXT NOT NULL CHECK (engine IN ('mysql', 'postgresql')),
  name TEXT NOT NULL,
  owner TEXT NOT NULL,
  profile TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (server, engine, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX database_user_by_owner ON database_user (owner, engine);

-- The hosts, besides localhost, from which the MariaDB users of an account may connect.
CREATE TABLE database_host (
  owner TEXT NOT NULL,
  -- As MariaDB matches it: 192.0.2.%, web.example.
  host TEXT NOT NULL,
  -- Of the account. Empty: none.
  note TEXT NOT NULL,
  PRIMARY KEY (owner, host)
) STRICT, WITHOUT ROWID;

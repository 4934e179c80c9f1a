-- Users of the MariaDB server that exist as long as a session of their account. Each is also in database_user.
CREATE TABLE database_session_user (
  server TEXT NOT NULL,
  -- SHA-256 of the session's cookie. The session may have ended.
  session BLOB NOT NULL,
  name TEXT NOT NULL,
  -- The account.
  owner TEXT NOT NULL,
  -- The password, encrypted.
  sealed BLOB NOT NULL,
  PRIMARY KEY (server, session)
) STRICT, WITHOUT ROWID;

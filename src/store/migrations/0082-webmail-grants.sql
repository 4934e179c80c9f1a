-- Access of Roundcube to the mail of a session of webmail (OAuth 2.0): a code that the browser brings once, and the token
-- that it is exchanged for, both as SHA-256.
CREATE TABLE webmail_grant (
  code_hash BLOB NOT NULL PRIMARY KEY,
  -- `session.id_hash`. The grant ends with the session.
  session_hash BLOB NOT NULL,
  redirect_uri TEXT NOT NULL,
  -- NULL: the code was not exchanged yet.
  token_hash BLOB UNIQUE,
  -- Milliseconds since 1970-01-01
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How often all sessions of a user were ended. A login that began before the last time opens no session.
CREATE TABLE session_end (
  username TEXT NOT NULL PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

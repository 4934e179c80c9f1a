-- The spam filter of accounts. An account without a row has none.
CREATE TABLE mail_spam (
  username TEXT NOT NULL PRIMARY KEY,
  enabled INTEGER NOT NULL,
  -- 1: spam goes to a folder of each mailbox
  box INTEGER NOT NULL,
  -- Ten times the score from which spam is deleted. NULL: it is kept.
  delete_score INTEGER,
  -- JSON: a list of {name, value} for SpamAssassin
  preferences TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- What is set for the daemon of SpamAssassin.
CREATE TABLE spamd_setting (
  server TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;

-- Mailing lists of accounts. Mailman keeps their members and messages.
CREATE TABLE mailing_list (
  username TEXT NOT NULL,
  domain TEXT NOT NULL,
  local_part TEXT NOT NULL,
  advertised INTEGER NOT NULL,
  -- 1: who joins confirms it. 2: the owner approves it. 3: both
  subscribe_policy INTEGER NOT NULL,
  PRIMARY KEY (domain, local_part)
) STRICT, WITHOUT ROWID;
CREATE INDEX mailing_list_username ON mailing_list (username);

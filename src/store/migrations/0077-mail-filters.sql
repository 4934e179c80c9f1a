-- Automatic replies of mailboxes, and rules for incoming mail.
CREATE TABLE mail_autoresponder (
  domain TEXT NOT NULL,
  local_part TEXT NOT NULL,
  username TEXT NOT NULL,
  sender TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  is_html INTEGER NOT NULL,
  -- Hours between two replies to the same sender
  interval_hours INTEGER NOT NULL,
  -- Seconds since 1970-01-01. 0: no limit
  starts_at INTEGER NOT NULL,
  stops_at INTEGER NOT NULL,
  PRIMARY KEY (domain, local_part)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_autoresponder_by_user ON mail_autoresponder (username);
CREATE TABLE mail_filter (
  username TEXT NOT NULL,
  -- Both empty: for all mailboxes of the account
  domain TEXT NOT NULL,
  local_part TEXT NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  -- JSON: lists of {part, match, val, opt} and {action, dest}
  rules TEXT NOT NULL,
  actions TEXT NOT NULL,
  PRIMARY KEY (username, domain, local_part, name)
) STRICT, WITHOUT ROWID;
-- Domains whose mail is refused.
CREATE TABLE mail_blocked_domain (
  server TEXT NOT NULL,
  domain TEXT NOT NULL,
  PRIMARY KEY (server, domain)
) STRICT, WITHOUT ROWID;

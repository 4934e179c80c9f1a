-- Mail of accounts. An account or domain without a row has the defaults.
CREATE TABLE mail_account (
  username TEXT NOT NULL PRIMARY KEY,
  -- What happens to mail that it sends: open, held, suspended
  outgoing TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE mail_domain (
  domain TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  -- Where its mail is kept: auto, local, secondary, remote
  routing TEXT NOT NULL,
  -- What auto was found to mean: local, secondary, remote
  detected TEXT NOT NULL,
  -- What happens to mail for unknown addresses. NULL: the account gets it.
  default_address TEXT,
  -- The domain whose addresses of the same name get its mail.
  forward_to TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_domain_by_user ON mail_domain (username);
CREATE TABLE mailbox (
  domain TEXT NOT NULL,
  local_part TEXT NOT NULL,
  username TEXT NOT NULL,
  -- As in a shadow file.
  hash TEXT NOT NULL,
  -- In bytes. NULL: no limit
  quota INTEGER,
  -- Below ~/mail and ~/etc: bob.example/sales. It stays if the domain is renamed.
  folder TEXT NOT NULL,
  -- Milliseconds since 1970-01-01
  created_at INTEGER NOT NULL,
  login_suspended INTEGER NOT NULL,
  incoming_suspended INTEGER NOT NULL,
  -- open, held, suspended
  outgoing TEXT NOT NULL,
  PRIMARY KEY (domain, local_part)
) STRICT, WITHOUT ROWID;
CREATE INDEX mailbox_by_user ON mailbox (username);
CREATE TABLE mail_forwarder (
  domain TEXT NOT NULL,
  local_part TEXT NOT NULL,
  -- An address, the name of an account, “:fail: REASON” or “:blackhole:”
  destination TEXT NOT NULL,
  username TEXT NOT NULL,
  PRIMARY KEY (domain, local_part, destination)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_forwarder_by_user ON mail_forwarder (username);

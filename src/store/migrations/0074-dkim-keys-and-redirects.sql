-- The keys that sign the mail of domains (DKIM). A key stays while DKIM is disabled: enabling it needs no other record.
CREATE TABLE dkim_key (
  domain TEXT NOT NULL PRIMARY KEY,
  -- The account.
  username TEXT NOT NULL,
  -- The private key, as PEM, encrypted for the domain.
  sealed BLOB NOT NULL,
  -- The public key, as DNS has it: Base64.
  public_key TEXT NOT NULL,
  -- 1: outgoing mail is signed.
  is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX dkim_key_by_username ON dkim_key (username);
-- Domains whose mail goes to a certain host, whatever their MX records say.
CREATE TABLE mail_redirect (
  domain TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  -- A hostname or an IPv4 address.
  host TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_redirect_by_user ON mail_redirect (username);

-- Accounts for FTP alone, which users of this server have created. The login of the account itself has no row.
CREATE TABLE ftp_account (
  -- NAME@DOMAIN
  login TEXT PRIMARY KEY,
  username TEXT NOT NULL,
  domain TEXT NOT NULL,
  -- In a form of crypt(5).
  hash TEXT NOT NULL,
  -- Below the home, without a slash at its ends. Empty for the home itself.
  folder TEXT NOT NULL,
  -- In MiB. 0 for none.
  quota INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ftp_account_username ON ftp_account (username);
CREATE INDEX ftp_account_domain ON ftp_account (domain);
-- How FTP is set up for a user. A user without a row has the defaults: 0 everywhere.
CREATE TABLE ftp_setting (
  username TEXT PRIMARY KEY,
  -- 1: anybody may read public_ftp.
  anonymous INTEGER NOT NULL,
  -- 1: anybody may also write to public_ftp/incoming.
  incoming INTEGER NOT NULL,
  -- 1: FTP accounts work although the user is suspended.
  on_while_suspended INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

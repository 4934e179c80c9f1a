-- Names that AutoSSL leaves out of the certificates of an account.
CREATE TABLE autossl_exclusion (
  username TEXT NOT NULL,
  domain TEXT NOT NULL,
  PRIMARY KEY (username, domain)
) STRICT, WITHOUT ROWID;

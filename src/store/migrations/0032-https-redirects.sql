-- Domains of accounts whose visitors are redirected from HTTP to HTTPS.
CREATE TABLE https_redirect (
  domain TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX https_redirect_by_user ON https_redirect (username);

-- The certificates of users, installed or not. WHM shows them by these IDs, which follow from the content.
CREATE TABLE certificate (
  username TEXT NOT NULL,
  id TEXT NOT NULL,
  -- PEM, as the next one.
  pem TEXT NOT NULL,
  -- The certificates of its issuers, in order. Empty: none is known.
  chain TEXT NOT NULL,
  -- Of its key, which need not be stored.
  key_id TEXT NOT NULL,
  -- Who issued it, as WHM writes it.
  issuer TEXT NOT NULL,
  -- JSON: what it says.
  facts TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  created_at INTEGER NOT NULL,
  PRIMARY KEY (username, id)
) STRICT;
CREATE INDEX certificate_by_key ON certificate (key_id);
CREATE INDEX certificate_by_issuer ON certificate (issuer);

-- Private keys of certificates and signing requests.
CREATE TABLE certificate_key (
  username TEXT NOT NULL,
  id TEXT NOT NULL,
  -- PEM of PKCS #8.
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (username, id)
) STRICT;

CREATE TABLE signing_request (
  username TEXT NOT NULL,
  id TEXT NOT NULL,
  pem TEXT NOT NULL,
  key_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (username, id)
) STRICT;

-- The certificate of each virtual host.
CREATE TABLE installed_certificate (
  servername TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  certificate_id TEXT NOT NULL,
  -- PEM, as installed.
  chain TEXT NOT NULL,
  -- SHA-256 of the file that the web server reads, in hexadecimal. The file's name has its beginning.
  digest TEXT NOT NULL,
  installed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX installed_certificate_by_user ON installed_certificate (username, servername);

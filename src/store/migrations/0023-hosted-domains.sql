-- The domains of accounts besides their main domains.
CREATE TABLE hosted_domain (
  -- In lower case.
  domain TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  type TEXT NOT NULL CHECK (type IN ('parked', 'sub', 'addon')),
  -- The main domain or the subdomain whose virtual host has this domain as an alias. NULL: it has its own.
  served_by TEXT,
  -- Below the home: public_html/shop. NULL where served_by is set.
  document_root TEXT,
  CHECK ((served_by IS NULL) = (document_root IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX hosted_domain_by_user ON hosted_domain (username, domain);

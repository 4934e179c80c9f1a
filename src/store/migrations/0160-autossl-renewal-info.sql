-- When the issuer wants a certificate to be renewed (RFC 9773), in milliseconds since 1970-01-01. NULL: it has not said.
ALTER TABLE autossl_certificate ADD COLUMN renew_start INTEGER;
ALTER TABLE autossl_certificate ADD COLUMN renew_end INTEGER;
-- The issuer is not asked again before.
ALTER TABLE autossl_certificate ADD COLUMN ask_at INTEGER NOT NULL DEFAULT 0;
-- The URL of the directory of its issuer. Empty: not known.
ALTER TABLE autossl_certificate ADD COLUMN directory TEXT NOT NULL DEFAULT '';

-- When orders were placed that count against the issuer's limit, for an hour.
CREATE TABLE autossl_placed (
  server TEXT NOT NULL,
  directory TEXT NOT NULL,
  placed_at INTEGER NOT NULL,
  -- The order, as in autossl_order.
  autossl_order INTEGER NOT NULL,
  PRIMARY KEY (server, directory, autossl_order)
) STRICT, WITHOUT ROWID;

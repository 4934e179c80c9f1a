-- The names that accounts give to their keys, signing requests and certificates. NULL: none, so the default applies.
ALTER TABLE certificate ADD COLUMN friendly_name TEXT;
ALTER TABLE certificate_key ADD COLUMN friendly_name TEXT;
ALTER TABLE signing_request ADD COLUMN friendly_name TEXT;

-- JSON: what the public key, or the request, says. NULL: it was stored by an older version, so it is read again.
ALTER TABLE certificate_key ADD COLUMN facts TEXT;
ALTER TABLE signing_request ADD COLUMN facts TEXT;

-- The key types that accounts prefer for new keys. An account without a row uses the one of the server.
CREATE TABLE preferred_key_type (
  username TEXT NOT NULL PRIMARY KEY,
  type TEXT NOT NULL
) STRICT, WITHOUT ROWID;

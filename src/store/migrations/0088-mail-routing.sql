-- Up to which change of a zone the mail servers of domains were detected. Milliseconds since 1970-01-01, by the clock of the
-- files.
CREATE TABLE mail_routing_check (
  server TEXT NOT NULL PRIMARY KEY,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

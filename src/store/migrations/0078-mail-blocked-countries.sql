-- Countries whose mail is refused: two letters (ISO 3166-1), or ZZ for addresses of no known country.
CREATE TABLE mail_blocked_country (
  server TEXT NOT NULL,
  country TEXT NOT NULL,
  PRIMARY KEY (server, country)
) STRICT, WITHOUT ROWID;

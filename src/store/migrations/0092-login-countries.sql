-- The networks of the countries from which logins are refused (black), and those from which they are never (white).
CREATE TABLE login_country_network (
  list TEXT NOT NULL CHECK (list IN ('black', 'white')),
  -- Addresses as in address_list_entry.
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  PRIMARY KEY (list, first)
) STRICT, WITHOUT ROWID;
-- Which countries these are the networks of.
CREATE TABLE login_country_list (
  list TEXT NOT NULL PRIMARY KEY CHECK (list IN ('black', 'white')),
  countries TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  written_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

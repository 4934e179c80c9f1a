-- What accounts add to their contact address: a second address.
CREATE TABLE account_second_contact (
  username TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Their access tokens of Pushbullet, encrypted.
CREATE TABLE account_contact_secret (
  username TEXT NOT NULL PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The notifications that they have turned on or off.
CREATE TABLE account_notification (
  username TEXT NOT NULL,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  PRIMARY KEY (username, name)
) STRICT, WITHOUT ROWID;

-- Links to other applications, which users see for their account (create_integration_link).
CREATE TABLE integration_link (
  username TEXT NOT NULL,
  -- The name of the link.
  app TEXT NOT NULL,
  -- What it is for: billing, support.
  implements TEXT NOT NULL,
  label TEXT NOT NULL,
  subscriber TEXT NOT NULL,
  -- The token for the application.
  sealed BLOB NOT NULL,
  -- Empty: none. At least one of the two is present.
  autologin_url TEXT NOT NULL,
  url TEXT NOT NULL,
  -- A PNG in Base64; empty: none.
  image TEXT NOT NULL,
  -- Empty: in no group.
  group_id TEXT NOT NULL,
  is_hidden INTEGER NOT NULL CHECK (is_hidden IN (0, 1)),
  position INTEGER NOT NULL,
  PRIMARY KEY (username, app)
) STRICT, WITHOUT ROWID;

-- Groups of these links, in addition to those that every account has.
CREATE TABLE integration_group (
  username TEXT NOT NULL,
  id TEXT NOT NULL,
  label TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (username, id)
) STRICT, WITHOUT ROWID;

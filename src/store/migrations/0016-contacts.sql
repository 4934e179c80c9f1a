-- How important the notifications of an application are on each server, if somebody has set it. The event * is the
-- application as a whole.
CREATE TABLE contact_importance (
  server TEXT NOT NULL,
  app TEXT NOT NULL,
  event TEXT NOT NULL,
  -- 0 disabled, 1 high, 2 medium, 3 low.
  importance INTEGER NOT NULL CHECK (importance BETWEEN 0 AND 3),
  PRIMARY KEY (server, app, event)
) STRICT, WITHOUT ROWID;

-- The ways to reach an administrator that contain a secret, encrypted: CONTACTPOSTURL, CONTACTPUSHBULLET.
CREATE TABLE contact_secret (
  server TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;

-- The watched services that do not work, of which administrators have been told.
CREATE TABLE service_trouble (
  server TEXT NOT NULL,
  service TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  since INTEGER NOT NULL,
  -- 1: administrators were also told that it could not be restarted.
  restart_failed INTEGER NOT NULL CHECK (restart_failed IN (0, 1)),
  PRIMARY KEY (server, service)
) STRICT, WITHOUT ROWID;

-- The places that a notification has already reached, while its task still tries others.
CREATE TABLE contact_delivery (
  task INTEGER NOT NULL,
  -- SHA-256, in hexadecimal, of the method and the place.
  place TEXT NOT NULL,
  PRIMARY KEY (task, place)
) STRICT, WITHOUT ROWID;

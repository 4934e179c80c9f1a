-- The services that each server watches, by WHM's names: one that does not run is restarted.
CREATE TABLE monitored_service (
  server TEXT NOT NULL,
  service TEXT NOT NULL,
  PRIMARY KEY (server, service)
) STRICT, WITHOUT ROWID;

-- WHM's Tweak Settings that were set, of each server. One that is not here has its default.
CREATE TABLE tweak_setting (
  server TEXT NOT NULL,
  -- Main, Basic, Apache or Mail.
  module TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (server, module, name)
) STRICT, WITHOUT ROWID;

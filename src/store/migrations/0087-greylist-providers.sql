-- What is set for a common mail provider. Without a row, it is new.
CREATE TABLE greylist_provider (
  server TEXT NOT NULL,
  provider TEXT NOT NULL,
  -- 1: mail from its hosts is never deferred.
  is_trusted INTEGER NOT NULL,
  -- 1: a task looks its hosts up each day.
  is_updated INTEGER NOT NULL,
  PRIMARY KEY (server, provider)
) STRICT, WITHOUT ROWID;

-- The networks of its SPF record, as they were found last.
CREATE TABLE greylist_provider_host (
  server TEXT NOT NULL,
  provider TEXT NOT NULL,
  host TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  found_at INTEGER NOT NULL,
  PRIMARY KEY (server, provider, host)
) STRICT, WITHOUT ROWID;

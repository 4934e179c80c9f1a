-- PHP of each server, for virtual hosts without settings of their own.
CREATE TABLE php_server (
  server TEXT PRIMARY KEY,
  -- Such as ea-php84. Null until a version is found or chosen.
  default_version TEXT,
  -- 1: new virtual hosts use PHP-FPM.
  fpm_by_default INTEGER NOT NULL,
  -- 1: the notice about a PHP-FPM configuration from before an upgrade was dismissed.
  old_fpm_dismissed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How a version runs without PHP-FPM: none or cgi. One that is not here has none.
CREATE TABLE php_handler (
  server TEXT NOT NULL,
  version TEXT NOT NULL,
  handler TEXT NOT NULL,
  PRIMARY KEY (server, version)
) STRICT, WITHOUT ROWID;

-- PHP of virtual hosts, by the domain that identifies them.
CREATE TABLE php_virtual_host (
  servername TEXT PRIMARY KEY,
  username TEXT NOT NULL,
  -- Null: inherited.
  version TEXT,
  uses_fpm INTEGER NOT NULL,
  -- Settings of the pool. Null: the default.
  max_children INTEGER,
  max_requests INTEGER,
  -- Seconds.
  idle_timeout INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX php_virtual_host_username ON php_virtual_host (username);

-- Settings of PHP-FPM pools, besides those of php_virtual_host.
CREATE TABLE php_fpm_setting (
  server TEXT NOT NULL,
  -- The virtual host. Empty: all pools of the server.
  servername TEXT NOT NULL,
  -- The account of the virtual host. Empty: none.
  username TEXT NOT NULL,
  -- By its name in WHM: error_reporting, pm_max_children.
  name TEXT NOT NULL,
  -- 0: an option of the pool. 1: a directive of PHP that the account cannot change. 2: one that it can change.
  kind INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (server, servername, name)
) STRICT, WITHOUT ROWID;

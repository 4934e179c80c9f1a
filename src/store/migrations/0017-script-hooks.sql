-- Scripts of each server that run before or after the calls of an event, such as Whostmgr Accounts::Create.
CREATE TABLE script_hook (
  id TEXT NOT NULL PRIMARY KEY,
  server TEXT NOT NULL,
  category TEXT NOT NULL,
  event TEXT NOT NULL,
  -- pre or post.
  stage TEXT NOT NULL,
  -- A command: the path of the script and its arguments.
  hook TEXT NOT NULL,
  -- Hooks of an event and stage run in this order.
  weight INTEGER NOT NULL,
  -- 1 if the script can refuse the call.
  blocking INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  escalateprivs INTEGER NOT NULL,
  -- Commands: whether to run the hook, and what undoes it if a later hook refuses the call.
  check_hook TEXT,
  rollback_hook TEXT,
  description TEXT,
  notes TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX script_hook_event ON script_hook (server, category, event);

-- The journal has every step of an operation, and what the step found before it changed anything. So another version of
-- the program can undo or finish the operation. `begun` is no longer used: operations from before have it, and no steps.
ALTER TABLE operation ADD COLUMN irreversible INTEGER NOT NULL DEFAULT 0 CHECK (irreversible IN (0, 1));
ALTER TABLE operation ADD COLUMN needs_secret INTEGER NOT NULL DEFAULT 0 CHECK (needs_secret IN (0, 1));

CREATE TABLE operation_step (
  operation INTEGER NOT NULL,
  -- From 0.
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('planned', 'begun', 'done')),
  -- JSON, without secrets.
  input TEXT NOT NULL,
  memento TEXT NOT NULL,
  result TEXT NOT NULL,
  PRIMARY KEY (operation, position)
) STRICT, WITHOUT ROWID;

-- What an operation locks, such as an account's name or a domain. Several operations may share a lock.
CREATE TABLE operation_lock (
  name TEXT NOT NULL,
  operation INTEGER NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('exclusive', 'shared')),
  PRIMARY KEY (name, operation)
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_lock_by_operation ON operation_lock (operation);
INSERT INTO operation_lock (name, operation, mode) SELECT claim, operation, 'exclusive' FROM operation_claim;
DROP TABLE operation_claim;

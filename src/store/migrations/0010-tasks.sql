-- Work that outlives the call that asked for it. A row stays for a while after its work has ended.
CREATE TABLE task (
  id INTEGER PRIMARY KEY,
  -- The server that runs it; empty where the store is that server's own.
  server TEXT NOT NULL,
  -- Which work: the name of its file.
  kind TEXT NOT NULL,
  -- JSON, without secrets.
  input TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'stopped')),
  -- Percent.
  progress INTEGER NOT NULL CHECK (progress BETWEEN 0 AND 100),
  -- What it does at the moment, as a sentence.
  activity TEXT NOT NULL,
  -- JSON: what a task that is done answers.
  result TEXT,
  -- Why it failed or was stopped, or why it waits again.
  reason TEXT NOT NULL,
  caller TEXT NOT NULL,
  -- Of the call that asked for it.
  xid TEXT NOT NULL,
  -- The process that runs it; empty where none does.
  process TEXT NOT NULL,
  -- How often it was begun.
  attempts INTEGER NOT NULL,
  stop_requested INTEGER NOT NULL CHECK (stop_requested IN (0, 1)),
  -- Milliseconds since 1970-01-01, as all times here.
  created_at INTEGER NOT NULL,
  -- It does not begin earlier.
  not_before INTEGER NOT NULL,
  started_at INTEGER,
  -- When it last reported progress.
  reported_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE INDEX task_by_state ON task (server, state, not_before);

-- Tasks that begin by themselves, again and again.
CREATE TABLE task_timer (
  server TEXT NOT NULL,
  kind TEXT NOT NULL,
  next_at INTEGER NOT NULL,
  -- Milliseconds.
  every INTEGER NOT NULL,
  PRIMARY KEY (server, kind)
) STRICT, WITHOUT ROWID;

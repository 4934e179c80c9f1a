-- 1: a failure that is counted before the password is checked. It becomes an ordinary failure, or is removed, once the
-- check is done.
ALTER TABLE login_failure ADD COLUMN pending INTEGER NOT NULL DEFAULT 0 CHECK (pending IN (0, 1));
CREATE INDEX login_failure_pending ON login_failure (failed_at) WHERE pending = 1;

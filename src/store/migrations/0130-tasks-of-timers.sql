-- 1: a timer has started it. If it does nothing, its row is removed.
ALTER TABLE task ADD COLUMN by_timer INTEGER NOT NULL DEFAULT 0;

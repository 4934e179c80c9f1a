-- 1: the last lookup of the domain’s mail servers failed, so a task repeats it. "detected" can also be “unknown”: its mail waits.
ALTER TABLE mail_domain ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;

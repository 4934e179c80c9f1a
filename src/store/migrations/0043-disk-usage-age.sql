-- When the disk usage of an account was measured, in milliseconds since 1970-01-01; NULL: not known.
ALTER TABLE account ADD COLUMN measured_at INTEGER;

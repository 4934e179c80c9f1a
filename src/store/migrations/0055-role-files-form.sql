-- The form of the files that the active roles have on the machine. Versions without this column wrote the first one.
ALTER TABLE active_profile ADD COLUMN files_form INTEGER NOT NULL DEFAULT 1;

-- Until when a session may change how its own user logs in, because the user has confirmed it with a code or the
-- password. Milliseconds since 1970-01-01; NULL: never confirmed.
ALTER TABLE session ADD COLUMN confirmed_until INTEGER;

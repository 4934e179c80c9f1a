-- The only client address that may use a login link, and the session that it begins, as a key that sorts like addresses
-- (model/brute-force/addresses.ts). NULL: any address.
ALTER TABLE login_token ADD COLUMN only_from TEXT;
ALTER TABLE session ADD COLUMN only_from TEXT;

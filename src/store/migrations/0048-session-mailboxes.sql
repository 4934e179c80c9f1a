-- The mailbox of a domain of the account, which a session of webmail shows instead of the account's own: its address, and
-- SHA-256 of its password's hash, so that a new password ends the session. NULL: the account's own.
ALTER TABLE login_token ADD COLUMN mailbox TEXT;
ALTER TABLE login_token ADD COLUMN mailbox_hash BLOB;
ALTER TABLE session ADD COLUMN mailbox TEXT;
ALTER TABLE session ADD COLUMN mailbox_hash BLOB;

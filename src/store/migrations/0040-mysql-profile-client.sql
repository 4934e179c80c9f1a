-- This server, as the server of the profile saw it when it was validated last: the host of the users of accounts. NULL:
-- never.
ALTER TABLE mysql_profile ADD COLUMN client TEXT;

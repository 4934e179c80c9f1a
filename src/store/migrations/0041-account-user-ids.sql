-- The highest user ID of a server is read for each new account.
CREATE INDEX account_by_user_id ON account (server, uid);

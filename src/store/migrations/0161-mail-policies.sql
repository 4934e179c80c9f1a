-- How the senders of mail should deliver to domains (MTA-STS, RFC 8461).
CREATE TABLE mail_policy (
  -- The main domain of an account, or a parked or addon domain.
  domain TEXT NOT NULL PRIMARY KEY,
  username TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('none', 'testing', 'enforce')),
  -- How many seconds senders may keep the policy.
  max_age INTEGER NOT NULL,
  -- The names of the mail servers, as a JSON list. Empty for the mode “none”.
  mx TEXT NOT NULL,
  -- Another one for each version of the policy.
  policy_id TEXT NOT NULL,
  -- Who gets reports about failed deliveries (TLS-RPT, RFC 8460). Empty: nobody.
  report_address TEXT NOT NULL,
  -- Until when senders may have an earlier version whose mode was not “none”. Milliseconds since 1970-01-01. 0: there was none.
  earlier_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_policy_by_user ON mail_policy (username);

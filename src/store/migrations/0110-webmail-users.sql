-- The mailboxes that have rows in Roundcube (address books, settings), so that these follow their mailbox.
CREATE TABLE webmail_user (
  server TEXT NOT NULL,
  -- The name in Roundcube: sales@bob.example, or the name of an account for its own mailbox.
  login TEXT NOT NULL,
  -- What stays if the mailbox gets another name: webmail/rules/webmail-users.ts.
  mailbox_key TEXT NOT NULL,
  -- The address that it sends as.
  address TEXT NOT NULL,
  PRIMARY KEY (server, login)
) STRICT, WITHOUT ROWID;

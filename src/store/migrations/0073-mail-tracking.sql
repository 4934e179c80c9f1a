-- Messages that Exim has received, as its main log says.
CREATE TABLE mail_message (
  server TEXT NOT NULL,
  -- Exim’s ID of the message.
  msgid TEXT NOT NULL,
  -- Seconds since 1970-01-01.
  sent_at INTEGER NOT NULL,
  -- The address of the envelope. Empty for a bounce.
  sender TEXT NOT NULL,
  sender_domain TEXT NOT NULL,
  -- The account that sent it. Empty: none of this server, or it was removed.
  username TEXT NOT NULL,
  -- localuser for a program of this server, unauthorized for a stranger, otherwise the authenticator of the login.
  sender_auth TEXT NOT NULL,
  sender_host TEXT NOT NULL,
  sender_ip TEXT NOT NULL,
  -- In bytes.
  size INTEGER NOT NULL,
  -- Ten times the score of the spam filter. 0: it was not asked.
  spam_score INTEGER NOT NULL,
  PRIMARY KEY (server, msgid)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_message_by_time ON mail_message (server, sent_at);
CREATE INDEX mail_message_by_user ON mail_message (username, sent_at);

-- What became of a message, for each recipient.
CREATE TABLE mail_delivery (
  id INTEGER PRIMARY KEY,
  server TEXT NOT NULL,
  msgid TEXT NOT NULL,
  -- success, failure, defer; inprogress until the first of them.
  type TEXT NOT NULL CHECK (type IN ('success', 'failure', 'defer', 'inprogress')),
  -- The address to which the message was sent.
  recipient TEXT NOT NULL,
  -- The address to which it was delivered, after forwarders.
  delivered_to TEXT NOT NULL,
  -- The accounts that these two belong to. Empty: none of this server, or it was removed.
  recipient_user TEXT NOT NULL,
  delivery_user TEXT NOT NULL,
  delivery_domain TEXT NOT NULL,
  -- Of the last attempt: seconds since 1970-01-01, and the time as the log has it.
  acted_at INTEGER NOT NULL,
  logged_at TEXT NOT NULL,
  -- The server that it was sent to. NULL: none.
  host TEXT,
  ip TEXT,
  router TEXT NOT NULL,
  -- NULL: the message did not come so far.
  transport TEXT,
  is_remote INTEGER NOT NULL CHECK (is_remote IN (0, 1)),
  message TEXT NOT NULL,
  -- How often it was deferred. 1 for all other types.
  attempts INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX mail_delivery_by_message ON mail_delivery (server, msgid, type, recipient, delivered_to);
CREATE INDEX mail_delivery_by_time ON mail_delivery (server, acted_at);
CREATE INDEX mail_delivery_by_recipient ON mail_delivery (recipient_user) WHERE recipient_user <> '';
CREATE INDEX mail_delivery_by_user ON mail_delivery (delivery_user) WHERE delivery_user <> '';

-- How far the main log of Exim was read.
CREATE TABLE mail_log (
  server TEXT NOT NULL,
  -- These two identify a file.
  device TEXT NOT NULL,
  inode TEXT NOT NULL,
  -- The bytes that were read.
  position INTEGER NOT NULL,
  -- The first bytes of the file: how many, and their SHA-256 in hexadecimal. The same inode may be another file later.
  head_length INTEGER NOT NULL,
  head_digest TEXT NOT NULL,
  -- Milliseconds since 1970-01-01.
  counted_at INTEGER NOT NULL,
  PRIMARY KEY (server, device, inode)
) STRICT, WITHOUT ROWID;

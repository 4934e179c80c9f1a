-- Accounts: a user of the machine with a domain, a package's settings of its own, and an owner.
CREATE TABLE account (
  username TEXT NOT NULL PRIMARY KEY,
  domain TEXT NOT NULL UNIQUE,
  -- root, or the reseller to whom it belongs.
  owner TEXT NOT NULL,
  -- The package that it was given.
  package TEXT NOT NULL,
  contact_email TEXT NOT NULL,
  ip TEXT NOT NULL,
  uid INTEGER NOT NULL,
  home TEXT NOT NULL,
  shell_path TEXT NOT NULL,
  mailbox_format TEXT NOT NULL CHECK (mailbox_format IN ('maildir', 'mbox', 'mdbox')),
  backup INTEGER NOT NULL CHECK (backup IN (0, 1)),
  -- Milliseconds since 1970-01-01.
  created_at INTEGER NOT NULL,
  -- NULL: it is not suspended.
  suspended_at INTEGER,
  suspend_reason TEXT NOT NULL,
  -- 1: only root may take the suspension back.
  suspend_locked INTEGER NOT NULL CHECK (suspend_locked IN (0, 1)),
  -- What was measured last, in blocks of 1024 bytes; NULL: never.
  blocks_used INTEGER,
  inodes_used INTEGER,
  -- The settings, as packages have them.
  disk_limit INTEGER,
  bandwidth_limit INTEGER,
  max_addon_domains INTEGER,
  max_parked_domains INTEGER,
  max_subdomains INTEGER,
  max_databases INTEGER,
  max_mailboxes INTEGER,
  max_mailing_lists INTEGER,
  max_ftp_accounts INTEGER,
  max_email_per_hour INTEGER,
  max_defer_fail_percentage INTEGER,
  max_mailbox_quota INTEGER,
  max_team_users INTEGER,
  theme TEXT NOT NULL,
  locale TEXT NOT NULL,
  feature_list TEXT NOT NULL,
  dedicated_ip INTEGER NOT NULL CHECK (dedicated_ip IN (0, 1)),
  shell INTEGER NOT NULL CHECK (shell IN (0, 1)),
  cgi INTEGER NOT NULL CHECK (cgi IN (0, 1)),
  digest_auth INTEGER NOT NULL CHECK (digest_auth IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX account_by_owner ON account (owner, username);
CREATE INDEX account_by_package ON account (package, username);
CREATE INDEX account_by_feature_list ON account (feature_list, username);
CREATE INDEX account_by_ip ON account (ip, username);
CREATE INDEX account_by_creation ON account (created_at, username);
CREATE INDEX account_by_suspension ON account (suspended_at, username) WHERE suspended_at IS NOT NULL;

-- User ids of removed accounts, which are not given out again: files of theirs may still lie about.
CREATE TABLE tracked_id (
  id INTEGER PRIMARY KEY
) STRICT;

-- Features that an account has, or has not, whatever its feature list says.
CREATE TABLE feature_override (
  username TEXT NOT NULL,
  feature TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  PRIMARY KEY (username, feature)
) STRICT, WITHOUT ROWID;

-- Accounts that may own others. A limit that is NULL is unlimited.
CREATE TABLE reseller (
  username TEXT NOT NULL PRIMARY KEY,
  account_limit INTEGER,
  -- Mebibytes, of all accounts together.
  disk_limit INTEGER,
  bandwidth_limit INTEGER,
  -- 1: what the accounts use counts against the limit, not what they are promised.
  oversells_disk INTEGER NOT NULL DEFAULT 0 CHECK (oversells_disk IN (0, 1)),
  oversells_bandwidth INTEGER NOT NULL DEFAULT 0 CHECK (oversells_bandwidth IN (0, 1)),
  -- 1: only packages that reseller_package allows; 1: only as many accounts of each as it says.
  limits_packages INTEGER NOT NULL DEFAULT 0 CHECK (limits_packages IN (0, 1)),
  limits_package_numbers INTEGER NOT NULL DEFAULT 0 CHECK (limits_package_numbers IN (0, 1)),
  -- NULL: the machine's.
  main_ip TEXT,
  -- 1: only the addresses of reseller_ip may be given to accounts of their own.
  delegates_ips INTEGER NOT NULL DEFAULT 0 CHECK (delegates_ips IN (0, 1)),
  -- With commas between them.
  nameservers TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE TABLE reseller_privilege (
  username TEXT NOT NULL,
  privilege TEXT NOT NULL,
  PRIMARY KEY (username, privilege)
) STRICT, WITHOUT ROWID;

CREATE TABLE reseller_ip (
  username TEXT NOT NULL,
  ip TEXT NOT NULL,
  PRIMARY KEY (username, ip)
) STRICT, WITHOUT ROWID;

CREATE TABLE reseller_package (
  username TEXT NOT NULL,
  package TEXT NOT NULL,
  allowed INTEGER NOT NULL CHECK (allowed IN (0, 1)),
  -- NULL: as many as one likes.
  number INTEGER,
  PRIMARY KEY (username, package)
) STRICT, WITHOUT ROWID;

-- Named lists of privileges, to give to resellers.
CREATE TABLE acl_list (
  name TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE acl_list_privilege (
  acl_list TEXT NOT NULL,
  privilege TEXT NOT NULL,
  PRIMARY KEY (acl_list, privilege)
) STRICT, WITHOUT ROWID;

-- What root and resellers tell their customers of themselves.
CREATE TABLE public_contact (
  username TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  url TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The journal of work on the machine: a row for what is under way, or was cut short.
CREATE TABLE operation (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  -- JSON, without secrets.
  input TEXT NOT NULL,
  -- How many of its steps were begun.
  begun INTEGER NOT NULL,
  -- The process that is at it; empty where none is.
  process TEXT NOT NULL,
  xid TEXT NOT NULL,
  caller TEXT NOT NULL
) STRICT;

-- What an operation keeps from others, such as an account's name or a domain.
CREATE TABLE operation_claim (
  claim TEXT NOT NULL PRIMARY KEY,
  operation INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_claim_by_operation ON operation_claim (operation);

-- Feature lists: which features of the catalogue the accounts of a package have.
CREATE TABLE feature_list (
  name TEXT NOT NULL PRIMARY KEY,
  -- What a feature is that the list says nothing of, such as one that is newer than the list.
  others INTEGER NOT NULL CHECK (others IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE feature_list_entry (
  feature_list TEXT NOT NULL,
  feature TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  PRIMARY KEY (feature_list, feature)
) STRICT, WITHOUT ROWID;

-- In “disabled”, a feature that is 0 is off for everybody, whatever other lists say.
INSERT INTO feature_list (name, others) VALUES ('default', 1), ('disabled', 1), ('Mail Only', 0);
INSERT INTO feature_list_entry (feature_list, feature, enabled)
SELECT 'Mail Only', column1, 1 FROM (VALUES
  ('autoresponders'), ('boxtrapper'), ('changemx'), ('defaultaddress'), ('email_disk_usage'), ('emailarchive'),
  ('emailauth'), ('emaildomainfwd'), ('emailfilter'), ('emailtrace'), ('forwarders'), ('greylist'), ('lists'),
  ('popaccts'), ('spamassassin'), ('spambox'), ('webmail')
) AS feature;

-- Hosting packages. A limit that is NULL is unlimited.
CREATE TABLE package (
  name TEXT NOT NULL PRIMARY KEY,
  -- The reseller whose package it is; root's are there for everybody who may see them.
  owner TEXT NOT NULL,
  -- Mebibytes.
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
  -- Mebibytes.
  max_mailbox_quota INTEGER,
  -- NULL: the package says nothing of it.
  max_team_users INTEGER,
  theme TEXT NOT NULL,
  locale TEXT NOT NULL,
  feature_list TEXT NOT NULL,
  dedicated_ip INTEGER NOT NULL CHECK (dedicated_ip IN (0, 1)),
  shell INTEGER NOT NULL CHECK (shell IN (0, 1)),
  cgi INTEGER NOT NULL CHECK (cgi IN (0, 1)),
  digest_auth INTEGER NOT NULL CHECK (digest_auth IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX package_by_owner ON package (owner, name);
CREATE INDEX package_by_feature_list ON package (feature_list, name);

-- Extensions of a package, in the order in which they were added: a name, and a value where it has one.
CREATE TABLE package_extension (
  id INTEGER PRIMARY KEY,
  package TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT,
  UNIQUE (package, name)
) STRICT;

-- “default” limits nothing and always exists; “starter” is there to begin with.
INSERT INTO package (
  name, owner, disk_limit, bandwidth_limit, max_addon_domains, max_parked_domains, max_mailbox_quota,
  theme, locale, feature_list, dedicated_ip, shell, cgi, digest_auth
) VALUES
  ('default', 'root', NULL, NULL, NULL, NULL, NULL, 'jupiter', 'en', 'default', 0, 0, 1, 0),
  ('starter', 'root', 10240, 1048576, 0, 0, 1024, 'jupiter', 'en', 'default', 0, 0, 1, 0);

-- Servers that get the settings of a server, and how it logs in to their API (add_configclusterserver).
CREATE TABLE config_cluster_server (
  -- The server whose settings they get.
  server TEXT NOT NULL,
  -- Its hostname or address, and its port unless that is 2087.
  name TEXT NOT NULL,
  login TEXT NOT NULL,
  -- Its API token or access hash.
  sealed BLOB NOT NULL,
  -- A fingerprint of that, which reveals nothing of it.
  signature TEXT NOT NULL,
  -- The fingerprint of its certificate (sha256:…); empty if its certificate is verified by issuer and name.
  pin TEXT NOT NULL,
  PRIMARY KEY (server, name)
) STRICT, WITHOUT ROWID;

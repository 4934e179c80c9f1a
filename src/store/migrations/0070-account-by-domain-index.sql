-- Pages of lists sorted by domain are read from the index alone. SQLite reads each row before the page otherwise.
CREATE INDEX account_by_domain ON account (domain, username);

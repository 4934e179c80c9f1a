-- The domains of an account are read from the index alone, and addon domains without all others.
DROP INDEX hosted_domain_by_user;
CREATE INDEX hosted_domain_by_user ON hosted_domain (username, domain, type, served_by, document_root);
CREATE INDEX hosted_domain_addon ON hosted_domain (username, domain, served_by) WHERE type = 'addon';

-- The installed certificates of an account are read from the index alone.
DROP INDEX installed_certificate_by_user;
CREATE INDEX installed_certificate_by_user ON installed_certificate (username, servername, certificate_id);

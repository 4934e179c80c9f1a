-- Rows of a message are found by its ID alone. The index that made them unique had both addresses once more, and took
-- longest of everything that reads the log of Exim.
DROP INDEX mail_delivery_by_message;
CREATE INDEX mail_delivery_by_message ON mail_delivery (server, msgid);

-- Rows of a message are found by its ID alone. An index of all that tells them apart was larger than the rows, and took
-- longest of everything that reads the log of Exim.
DROP INDEX mail_delivery_by_message;
CREATE INDEX mail_delivery_by_message ON mail_delivery (server, msgid);

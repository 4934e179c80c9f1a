-- How the web server lists the files of accounts' directories that have no index file.
CREATE TABLE directory_index (
  username TEXT NOT NULL,
  -- Below the home: public_html/downloads.
  path TEXT NOT NULL,
  -- disabled, standard or fancy.
  type TEXT NOT NULL,
  PRIMARY KEY (username, path)
) STRICT, WITHOUT ROWID;

-- Whether mail for “sales+shop@bob.example” creates the folder “shop”.
ALTER TABLE mailbox ADD COLUMN creates_folders INTEGER NOT NULL DEFAULT 0;

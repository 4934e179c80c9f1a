-- Until when the issuer wants to be left alone, in milliseconds since 1970-01-01: for one order, or altogether.
ALTER TABLE autossl_order ADD COLUMN wait_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE autossl_registration ADD COLUMN wait_until INTEGER NOT NULL DEFAULT 0;

-- The interface at which a login with an identity provider began: whostmgrd or cpaneld.
ALTER TABLE external_login ADD COLUMN service TEXT NOT NULL DEFAULT 'whostmgrd';

-- IDs of operations are random, so that none is used twice. Recovery takes operations in the order in which they were
-- opened: those from before have 0, and IDs in that order.
ALTER TABLE operation ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;

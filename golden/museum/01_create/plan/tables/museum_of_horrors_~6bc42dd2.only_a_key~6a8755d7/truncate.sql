-- Empties museum of "horrors".only a key when the source truncated it.
-- A DELETE, since Redshift's TRUNCATE would commit the transaction (RS-334).
DELETE FROM "museum of ""horrors"""."only a key";

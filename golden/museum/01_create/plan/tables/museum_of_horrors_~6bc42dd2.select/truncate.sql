-- Empties museum of "horrors".select when the source truncated it.
-- A DELETE, since Redshift's TRUNCATE would commit the transaction (RS-334).
DELETE FROM "museum of ""horrors"""."select";

-- Empties shop.opening_hours when the source truncated it.
-- A DELETE, since Redshift's TRUNCATE would commit the transaction (RS-334).
DELETE FROM "shop"."opening_hours";

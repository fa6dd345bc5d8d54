-- Widens note of shop.orders from VARCHAR(20), outside a transaction: H601.
-- because: string
ALTER TABLE "shop"."orders" ALTER COLUMN "note" TYPE VARCHAR(40);

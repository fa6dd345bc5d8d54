-- Compresses note of shop.orders in another way: H603.
ALTER TABLE "shop"."orders" ALTER COLUMN "note" ENCODE TEXT255;

-- Compresses ordered_at of shop.orders in another way: H603.
ALTER TABLE "shop"."orders" ALTER COLUMN "ordered_at" ENCODE AZ64;

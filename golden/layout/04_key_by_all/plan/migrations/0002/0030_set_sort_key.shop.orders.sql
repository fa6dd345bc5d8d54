-- Sorts the rows of shop.orders in another way: H602, H603.
ALTER TABLE "shop"."orders" ALTER SORTKEY AUTO;

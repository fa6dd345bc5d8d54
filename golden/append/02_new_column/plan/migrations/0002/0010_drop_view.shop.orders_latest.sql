-- Drops the view shop.orders_latest: it goes, or it is made again since what it reads changes (H604).
-- A view holds no data.
DROP VIEW "shop"."orders_latest";

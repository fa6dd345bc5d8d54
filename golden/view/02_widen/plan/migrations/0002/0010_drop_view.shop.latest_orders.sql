-- Drops the view shop.latest_orders: it goes, or it is made again since what it reads changes (H604).
-- A view holds no data.
DROP VIEW "shop"."latest_orders";

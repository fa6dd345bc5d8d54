-- Holds privileges; users hold it.
CREATE ROLE "shop_loader";

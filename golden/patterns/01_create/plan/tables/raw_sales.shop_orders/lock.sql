-- Keeps other writers of raw_sales.shop_orders out until the transaction ends.
LOCK "raw_sales"."shop_orders";

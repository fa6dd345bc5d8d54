-- Keeps other writers of raw_public.shop_orders out until the transaction ends.
LOCK "raw_public"."shop_orders";

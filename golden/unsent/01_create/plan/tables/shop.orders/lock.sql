-- Keeps other writers of shop.orders out until the transaction ends.
LOCK "shop"."orders";

-- Keeps other writers of shop.opening_hours out until the transaction ends.
LOCK "shop"."opening_hours";

-- Keeps other writers of shop.tags out until the transaction ends.
LOCK "shop"."tags";

-- Keeps other writers of shop.odds out until the transaction ends.
LOCK "shop"."odds";

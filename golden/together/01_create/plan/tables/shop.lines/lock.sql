-- Keeps other writers of shop.lines out until the transaction ends.
LOCK "shop"."lines";

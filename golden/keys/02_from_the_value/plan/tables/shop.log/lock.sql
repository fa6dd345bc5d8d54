-- Keeps other writers of shop.log out until the transaction ends.
LOCK "shop"."log";

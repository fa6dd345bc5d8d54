-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE "shop"."tags" TO ROLE "shop_loader";

-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE
  "shop"."log"
TO ROLE "shop_loader";

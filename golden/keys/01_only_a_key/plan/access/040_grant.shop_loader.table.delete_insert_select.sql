-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT ON TABLE
  "shop"."tags"
TO ROLE "shop_loader";

-- because: lock, delete and merge
GRANT DELETE, INSERT, SELECT, UPDATE ON TABLE
  "shop"."opening_hours"
TO ROLE "shop_loader";

-- For those who look into the warehouse.
COMMENT ON COLUMN "shop"."orders"."note" IS NULL;

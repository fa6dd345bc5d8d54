-- For those who look into the warehouse.
COMMENT ON COLUMN "shop"."orders"."note" IS 'what the customer''s wish is';

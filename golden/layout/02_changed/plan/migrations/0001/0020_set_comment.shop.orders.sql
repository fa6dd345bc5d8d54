-- For those who look into the warehouse.
COMMENT ON TABLE "shop"."orders" IS 'one row an order';

-- Creates raw_sales.shop_orders.
-- because: topic shop.sales.orders
CREATE TABLE "raw_sales"."shop_orders" (
  "id" BIGINT NOT NULL -- int64
)
DISTSTYLE AUTO
SORTKEY AUTO;

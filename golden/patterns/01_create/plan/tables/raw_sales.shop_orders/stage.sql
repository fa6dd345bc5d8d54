-- One batch of raw_sales.shop_orders: one row a key, epochs as the source sends them.
CREATE TEMP TABLE "_streamplan_stage" (
  "id" BIGINT NOT NULL,
  "_streamplan_op" CHAR(1) NOT NULL -- u upsert, d delete
)
DISTSTYLE AUTO
SORTKEY AUTO;

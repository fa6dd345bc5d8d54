-- Stages rows of raw_sales.shop_orders. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "id",
  "_streamplan_op"
)
VALUES
(?, ?)

-- Stages rows of shop.orders. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "id",
  "note",
  "_deleted",
  "_source_position",
  "_streamplan_op"
)
VALUES
(?, ?, ?, ?, ?)

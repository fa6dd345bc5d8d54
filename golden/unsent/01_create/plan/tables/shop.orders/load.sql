-- Stages rows of shop.orders. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "id",
  "note",
  "_streamplan_op"
)
VALUES
(?, ?, ?)

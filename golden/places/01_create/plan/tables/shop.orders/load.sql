-- Stages rows of shop.orders. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "id",
  "note",
  "_deleted",
  "_topic",
  "_topic_offset",
  "_topic_partition",
  "_streamplan_op"
)
VALUES
(?, ?, ?, ?, ?, ?, ?)

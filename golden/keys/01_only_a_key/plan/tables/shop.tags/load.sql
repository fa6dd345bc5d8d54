-- Stages rows of shop.tags. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "tag",
  "_streamplan_op"
)
VALUES
(?, ?)

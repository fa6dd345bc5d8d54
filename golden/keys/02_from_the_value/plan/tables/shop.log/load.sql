-- Stages rows of shop.log. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "at",
  "note",
  "_streamplan_op"
)
VALUES
(?, ?, ?)

-- Stages rows of shop.odds. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "id",
  "at",
  "_streamplan_op"
)
VALUES
(?, ?, ?)

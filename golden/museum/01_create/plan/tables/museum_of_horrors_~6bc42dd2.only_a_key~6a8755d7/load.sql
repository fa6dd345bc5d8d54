-- Stages rows of museum of "horrors".only a key. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "tag",
  "_streamplan_op"
)
VALUES
(?, ?)

-- Stages rows of shop.opening_hours. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "id",
  "note",
  "fee",
  "opens",
  "since",
  "rate",
  "plan",
  "stamp",
  "_streamplan_op"
)
VALUES
(?, ?, ?, ?, ?, ?, JSON_PARSE(?), TO_VARBYTE(?, 'hex'), ?)

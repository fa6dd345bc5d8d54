-- Stages rows of museum of "horrors".select. The runtime repeats the last line, once a row.
INSERT INTO "_streamplan_stage" (
  "order",
  "group",
  "user",
  "note",
  "oid_",
  "mixedcase",
  "tag",
  "x""; drop table y; --",
  "it's",
  "100%?",
  "a.b",
  " leading space",
  "back\slash",
  "/* comment */",
  "$1",
  "表",
  "täble ünicode",
  "emoji 🛒",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_01",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_end_02",
  "timestamp",
  "date",
  "super",
  "numeric",
  "bytes",
  "array",
  "_streamplan_op"
)
VALUES
(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, JSON_PARSE(?), ?, TO_VARBYTE(?, 'hex'), JSON_PARSE(?), ?)

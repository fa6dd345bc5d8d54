-- Stages rows of {{ label }}. The runtime repeats the last line, once a row.
INSERT INTO {{ stage }} (
  {{ names | listed }}
)
VALUES
{{ row }}

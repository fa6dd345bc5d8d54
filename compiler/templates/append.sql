-- Appends every change of the batch to {{ label }}.
INSERT INTO {{ target }} (
  {{ names | listed }}
)
SELECT
  {{ values | listed }}
FROM {{ stage }};

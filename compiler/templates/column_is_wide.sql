-- Returns a row when the column is this wide already:
-- an apply that was killed goes on without doing it twice.
SELECT 1
FROM svv_columns
WHERE table_schema = {{ schema }}
  AND table_name = {{ table }}
  AND column_name = {{ column }}
  AND character_maximum_length >= {{ bytes }};

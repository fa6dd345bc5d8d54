-- Returns a row when the column is this wide already:
-- an apply that was killed goes on without doing it twice.
SELECT 1
FROM svv_columns
WHERE table_schema = 'shop'
  AND table_name = 'orders'
  AND column_name = 'note'
  AND character_maximum_length >= 40;

-- Why COPY refused a batch: what the warehouse says of files whose addresses begin so.
SELECT
  TRIM(file_name),
  line_number,
  TRIM(column_name),
  TRIM(column_type),
  error_code,
  TRIM(error_message)
FROM sys_load_error_detail
WHERE STRPOS(file_name, ?) = 1
ORDER BY file_name, line_number
LIMIT 5;

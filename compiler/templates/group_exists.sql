-- Returns a row when the group is there: CREATE GROUP has no IF NOT EXISTS (RS-501).
SELECT 1
FROM pg_group
WHERE groname = {{ group }};

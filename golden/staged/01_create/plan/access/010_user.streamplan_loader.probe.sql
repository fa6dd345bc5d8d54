-- Returns a row when the user is there: CREATE USER has no IF NOT EXISTS (RS-501).
SELECT 1
FROM pg_user
WHERE usename = 'streamplan_loader';

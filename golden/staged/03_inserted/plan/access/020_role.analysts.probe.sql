-- Returns a row when the role is there: CREATE ROLE has no IF NOT EXISTS (RS-501).
SELECT 1
FROM svv_roles
WHERE role_name = 'analysts';

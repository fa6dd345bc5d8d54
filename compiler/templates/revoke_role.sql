-- The user works without the privileges of the role from now on (H606).
REVOKE ROLE {{ role }} FROM {{ user }};

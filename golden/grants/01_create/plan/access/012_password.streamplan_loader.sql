-- A salted hash of the password in the environment is put in when it runs.
ALTER USER "streamplan_loader" PASSWORD 'sha256|{password}';

-- Logs in through IAM, or with the password that the spec takes from the environment.
CREATE USER "O'Brien; --" PASSWORD DISABLE;

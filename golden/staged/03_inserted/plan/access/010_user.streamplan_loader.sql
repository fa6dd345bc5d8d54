-- Logs in through IAM, or with the password that the spec takes from the environment.
CREATE USER "streamplan_loader" PASSWORD DISABLE;

-- Logs in without a password: through IAM, or give it one by hand.
CREATE USER "streamplan_loader" PASSWORD DISABLE;

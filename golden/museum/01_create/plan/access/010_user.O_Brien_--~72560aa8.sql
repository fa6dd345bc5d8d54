-- Logs in without a password: through IAM, or give it one by hand.
CREATE USER "O'Brien; --" PASSWORD DISABLE;

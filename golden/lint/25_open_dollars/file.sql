DO $a$ it's; $b$ fine $b$;
SAVEPOINT s;

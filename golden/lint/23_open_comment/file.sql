SAVEPOINT s;
SELECT 1 /* a comment /* in a comment */;
SAVEPOINT s;

-- taken
SELECT 'it''s', E'\n', 'a\'b', $$it's; fine$$, $tag$ $$ $tag$;
SELECT "it""s", "sel;ect", ünï, #t.a, t$1 FROM #t, t; /* a comment /* in a comment; */ ends here */
SELECT 1.5, .5, 1e9, 1.e-3, ?, $1, a::int, a <> b, a != b, a || b, a >= b;
-- a comment; to the end of its line
;;

-- refused
SELECT 'a' '; SELECT 1;
-- everything that follows is in the string
SAVEPOINT s;

-- Takes out of the stage what is older than the row of {{ label }} that it would change.
-- The position guard: an older change never overwrites a newer one, nor raises a deleted row.
DELETE FROM {{ stage }}
USING {{ target }}
WHERE {{ older }};

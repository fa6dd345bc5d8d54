-- Takes the deletes out of the stage, so that the MERGE does not insert them.
DELETE FROM {{ stage }}
WHERE {{ operation }} = 'd';

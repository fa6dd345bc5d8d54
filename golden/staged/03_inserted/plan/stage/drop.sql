-- Removes the staging table at the end of the batch.
DROP TABLE "_streamplan_stage";

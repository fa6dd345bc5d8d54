-- Keeps a piece of an observed schema that a run is about to make a version from.
INSERT INTO "shop"."_streamplan_evolution" ("connector", "version", "plan_id", "path", "part", "text")
VALUES ('shop', ?, ?, ?, ?, ?);

-- Updates the rows of shop.opening_hours that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO "shop"."opening_hours"
USING "_streamplan_stage"
ON "shop"."opening_hours"."id" = "_streamplan_stage"."id"
WHEN MATCHED THEN UPDATE SET
  "note" = "_streamplan_stage"."note",
  "fee" = "_streamplan_stage"."fee",
  "opens" = CAST("_streamplan_stage"."opens" AS TIME),
  "since" = TIMESTAMP 'epoch' + ("_streamplan_stage"."since" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."since" % 1000000) * INTERVAL '1 microsecond',
  "rate" = "_streamplan_stage"."rate",
  "plan" = "_streamplan_stage"."plan",
  "stamp" = "_streamplan_stage"."stamp"
WHEN NOT MATCHED THEN INSERT (
  "id",
  "note",
  "fee",
  "opens",
  "since",
  "rate",
  "plan",
  "stamp"
) VALUES (
  "_streamplan_stage"."id",
  "_streamplan_stage"."note",
  "_streamplan_stage"."fee",
  CAST("_streamplan_stage"."opens" AS TIME),
  TIMESTAMP 'epoch' + ("_streamplan_stage"."since" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."since" % 1000000) * INTERVAL '1 microsecond',
  "_streamplan_stage"."rate",
  "_streamplan_stage"."plan",
  "_streamplan_stage"."stamp"
);

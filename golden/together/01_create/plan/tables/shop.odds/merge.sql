-- Updates the rows of shop.odds that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO "shop"."odds"
USING "_streamplan_stage"
ON "shop"."odds"."id" = "_streamplan_stage"."id"
WHEN MATCHED THEN UPDATE SET
  "at" = TIMESTAMP 'epoch' + ("_streamplan_stage"."at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."at" % 1000000) * INTERVAL '1 microsecond'
WHEN NOT MATCHED THEN INSERT (
  "id",
  "at"
) VALUES (
  "_streamplan_stage"."id",
  TIMESTAMP 'epoch' + ("_streamplan_stage"."at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."at" % 1000000) * INTERVAL '1 microsecond'
);

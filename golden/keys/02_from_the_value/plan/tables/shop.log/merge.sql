-- Updates the rows of shop.log that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO "shop"."log"
USING "_streamplan_stage"
ON "shop"."log"."at" = TIMESTAMP 'epoch' + ("_streamplan_stage"."at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."at" % 1000000) * INTERVAL '1 microsecond'
WHEN MATCHED THEN UPDATE SET
  "note" = "_streamplan_stage"."note"
WHEN NOT MATCHED THEN INSERT (
  "at",
  "note"
) VALUES (
  TIMESTAMP 'epoch' + ("_streamplan_stage"."at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."at" % 1000000) * INTERVAL '1 microsecond',
  "_streamplan_stage"."note"
);

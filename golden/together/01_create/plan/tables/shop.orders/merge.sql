-- Updates the rows of shop.orders that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO "shop"."orders"
USING "_streamplan_stage"
ON "shop"."orders"."id" = "_streamplan_stage"."id"
WHEN MATCHED THEN UPDATE SET
  "note" = "_streamplan_stage"."note",
  "at" = TIMESTAMP 'epoch' + ("_streamplan_stage"."at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."at" % 1000000) * INTERVAL '1 microsecond'
WHEN NOT MATCHED THEN INSERT (
  "id",
  "note",
  "at"
) VALUES (
  "_streamplan_stage"."id",
  "_streamplan_stage"."note",
  TIMESTAMP 'epoch' + ("_streamplan_stage"."at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."at" % 1000000) * INTERVAL '1 microsecond'
);

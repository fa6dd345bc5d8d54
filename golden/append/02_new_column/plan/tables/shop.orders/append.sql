-- Appends every change of the batch to shop.orders.
INSERT INTO "shop"."orders" (
  "id",
  "note",
  "at",
  "_deleted",
  "_event_ts",
  "_loaded_at",
  "_op",
  "_source_ts",
  "_topic_offset",
  "_topic_partition"
)
SELECT
  "_streamplan_stage"."id",
  "_streamplan_stage"."note",
  TIMESTAMP 'epoch' + ("_streamplan_stage"."at" / 1000000) * INTERVAL '1 second' + ("_streamplan_stage"."at" % 1000000) * INTERVAL '1 microsecond',
  "_streamplan_stage"."_deleted",
  TIMESTAMP 'epoch' + ("_streamplan_stage"."_event_ts" / 1000) * INTERVAL '1 second' + ("_streamplan_stage"."_event_ts" % 1000) * INTERVAL '1 millisecond',
  GETDATE(),
  "_streamplan_stage"."_op",
  TIMESTAMP 'epoch' + ("_streamplan_stage"."_source_ts" / 1000) * INTERVAL '1 second' + ("_streamplan_stage"."_source_ts" % 1000) * INTERVAL '1 millisecond',
  "_streamplan_stage"."_topic_offset",
  "_streamplan_stage"."_topic_partition"
FROM "_streamplan_stage";

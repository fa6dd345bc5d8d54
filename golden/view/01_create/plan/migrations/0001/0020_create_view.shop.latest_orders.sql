-- The latest state of each key of shop.orders, which holds every change.
-- A key's changes stand in one partition, so that the highest offset is the latest.
-- Only key and place are ranked: a wide row does not fit a window function (error 8001).
CREATE VIEW "shop"."latest_orders" AS
SELECT
  "shop"."orders"."id",
  "shop"."orders"."note",
  "shop"."orders"."_deleted",
  "shop"."orders"."_topic_offset",
  "shop"."orders"."_topic_partition"
FROM "shop"."orders"
JOIN (
  SELECT
    "id",
    "_topic_partition",
    "_topic_offset",
    ROW_NUMBER() OVER (PARTITION BY "id" ORDER BY "_topic_offset" DESC) AS "_streamplan_rank"
  FROM "shop"."orders"
) AS "_streamplan_places"
  ON "shop"."orders"."id" = "_streamplan_places"."id"
  AND "shop"."orders"."_topic_partition" = "_streamplan_places"."_topic_partition"
  AND "shop"."orders"."_topic_offset" = "_streamplan_places"."_topic_offset"
WHERE "_streamplan_places"."_streamplan_rank" = 1
  AND "shop"."orders"."_deleted" IS NOT TRUE;

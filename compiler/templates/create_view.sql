-- The latest state of each key of {{ label }}, which holds every change.
-- A key's changes stand in one partition, so that the highest offset is the latest.
-- Only key and place are ranked: a wide row does not fit a window function (error 8001).
CREATE VIEW {{ view }} AS
SELECT
  {{ columns | listed }}
FROM {{ table }}
JOIN (
  SELECT
    {{ places }},
    ROW_NUMBER() OVER (PARTITION BY {{ keys }} ORDER BY {{ offset }} DESC) AS {{ rank }}
  FROM {{ table }}
) AS {{ ranked }}
  ON {{ match }}
WHERE {{ ranked }}.{{ rank }} = 1{% if deleted %}

  AND {{ table }}.{{ deleted }} IS NOT TRUE{% endif %};

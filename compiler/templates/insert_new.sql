-- Inserts the rows of {{ label }} that are not there.
-- The key is the whole row, and a MERGE needs something to update (RS-112).
INSERT INTO {{ target }} (
{% for column in columns %}
  {{ column.name }}{% if not loop.last %},{% endif %}

{% endfor %}
)
SELECT
{% for column in columns %}
  {{ column.value }}{% if not loop.last %},{% endif %}

{% endfor %}
FROM {{ stage }}
WHERE NOT EXISTS (
  SELECT 1
  FROM {{ target }}
  WHERE {% include "_match.sql" %}

);

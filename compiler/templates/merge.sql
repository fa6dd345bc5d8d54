-- Updates the rows of {{ label }} that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO {{ target }}
USING {{ stage }}
ON {% include "_match.sql" %}

WHEN MATCHED THEN UPDATE SET
{% for column in rest %}
  {{ column.name }} = {{ column.value }}{% if not loop.last %},{% endif %}

{% endfor %}
WHEN NOT MATCHED THEN INSERT (
{% for column in columns %}
  {{ column.name }}{% if not loop.last %},{% endif %}

{% endfor %}
) VALUES (
{% for column in columns %}
  {{ column.value }}{% if not loop.last %},{% endif %}

{% endfor %}
);

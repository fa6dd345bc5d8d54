-- Appends every change of the batch to {{ label }}.
INSERT INTO {{ target }} (
{% for column in columns %}
  {{ column.name }}{% if not loop.last %},{% endif %}

{% endfor %}
)
SELECT
{% for column in columns %}
  {{ column.value }}{% if not loop.last %},{% endif %}

{% endfor %}
FROM {{ stage }};

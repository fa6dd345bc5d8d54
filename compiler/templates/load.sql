-- Stages rows of {{ label }}. The runtime repeats the last line, once a row.
INSERT INTO {{ stage }} (
{% for column in columns %}
  {{ column }}{% if not loop.last %},{% endif %}

{% endfor %}
)
VALUES
{{ row }}

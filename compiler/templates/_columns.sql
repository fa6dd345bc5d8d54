{% for column in columns %}
  {{ column.name }} {{ column.type }}{% if column.encoding %} ENCODE {{ column.encoding }}{% endif %}{% if column.required %} NOT NULL{% endif %}{% if not loop.last %},{% endif %}{% if column.note %} -- {{ column.note }}{% endif %}

{% endfor %}

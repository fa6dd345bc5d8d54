{% for key in keys %}{{ target }}.{{ key.name }} = {{ key.value }}{% if not loop.last %}

  AND {% endif %}{% endfor %}

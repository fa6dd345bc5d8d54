-- One batch of {{ label }}: {% if keyed %}one row a key{% else %}one row a change{% endif %}, epochs as the source sends them.
CREATE TEMP TABLE {{ stage }} (
{% include "_columns.sql" %}
)
{{ distribution }}
{{ sort_key }};

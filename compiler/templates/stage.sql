-- One batch of {{ label }}: one row a key, epochs as the source sends them.
CREATE TEMP TABLE {{ stage }} (
{% include "_columns.sql" %}
)
DISTSTYLE AUTO
SORTKEY AUTO;

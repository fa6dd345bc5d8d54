{% include "_header.sql" %}
LOCK {{ table }};

{% include "_header.sql" %}
ALTER TABLE {{ table }} {{ action }};

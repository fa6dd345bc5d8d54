{% include "_header.sql" %}
ALTER TABLE {{ table }} ADD COLUMN {{ column }} {{ type }};

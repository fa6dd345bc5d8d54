{% include "_header.sql" %}
ALTER TABLE {{ table }} ALTER COLUMN {{ column }} TYPE {{ type }};

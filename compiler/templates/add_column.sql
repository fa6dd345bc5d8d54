{% include "_header.sql" %}
ALTER TABLE {{ table }} ADD COLUMN {{ column }} {{ type }}{% if encoding %} ENCODE {{ encoding }}{% endif %};

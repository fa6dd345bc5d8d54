{% include "_header.sql" %}
CREATE SCHEMA IF NOT EXISTS {{ schema }};

{% include "_header.sql" %}
CREATE ROLE {{ role }};

{% include "_header.sql" %}
GRANT ROLE {{ role }} TO {{ user }};

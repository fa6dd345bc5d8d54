{% include "_header.sql" %}
GRANT {{ privileges }} ON {{ kind }} {{ name }} TO {{ to }};

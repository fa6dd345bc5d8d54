{% include "_header.sql" %}
GRANT {{ privileges }} ON {{ kind }} {{ name }} TO ROLE {{ role }};

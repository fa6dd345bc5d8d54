{% include "_header.sql" %}
REVOKE {{ privileges }} ON {{ kind }} {{ name }} FROM {{ to }};

{% include "_header.sql" %}
CREATE TABLE {% if repeatable %}IF NOT EXISTS {% endif %}{{ table }} (
{% include "_columns.sql" %}
)
{{ distribution }}
{{ sort_key }};

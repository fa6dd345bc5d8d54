{% include "_header.sql" %}
CREATE TABLE {% if repeatable %}IF NOT EXISTS {% endif %}{{ table }} (
  {{ columns | lines }}
)
{{ distribution }}
{{ sort_key }};

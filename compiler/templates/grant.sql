{% include "_header.sql" %}
GRANT {{ privileges }} ON {{ kind }}
  {{ names | lines }}
TO {{ to }};

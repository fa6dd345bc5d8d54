{% include "_header.sql" %}
ALTER USER {{ user }} PASSWORD 'sha256|{password}';

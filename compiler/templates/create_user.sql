{% include "_header.sql" %}
CREATE USER {{ user }} PASSWORD DISABLE;

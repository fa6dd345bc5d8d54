{% include "_header.sql" %}
CREATE GROUP {{ group }};

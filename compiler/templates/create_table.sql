{% include "_header.sql" %}
CREATE TABLE {% if repeatable %}IF NOT EXISTS {% endif %}{{ table }} (
{% include "_columns.sql" %}
)
DISTSTYLE AUTO
SORTKEY AUTO;

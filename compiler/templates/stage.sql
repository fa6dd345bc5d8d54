-- One batch of {{ label }}: {{ grain }}, epochs as the source sends them.
CREATE TEMP TABLE {{ stage }} (
  {{ columns | lines }}
)
{{ distribution }}
{{ sort_key }};

-- Updates the rows of {{ label }} that are there and inserts the rest.
-- The stage holds one row a key: two would fail here (RS-110).
MERGE INTO {{ target }}
USING {{ stage }}
ON {{ match }}
WHEN MATCHED THEN UPDATE SET
  {{ assignments | listed }}
WHEN NOT MATCHED THEN INSERT (
  {{ names | listed }}
) VALUES (
  {{ values | listed }}
);

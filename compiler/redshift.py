"""Facts of the dialect as data, each with its source. No other module holds these numbers.

**Facts only: nothing here computes.**
"""

from __future__ import annotations

IDENTIFIER_BYTES = 127  # r_names: longer names are cut without an error
VARCHAR_BYTES = 65_535  # r_Character_types (RS-401)
VARBYTE_BYTES = 16_777_216  # r_VARBYTE_type, 2025 (RS-401)
VARBYTE_BYTES_SAFE = 1_024_000  # the limit before 2025: every cluster takes it
DECIMAL_DIGITS = 38  # r_Numeric_types201 (RS-401)

# c_unsupported-postgresql: columns that every table has already (RS-408)
SYSTEM_COLUMNS = frozenset({"oid", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})

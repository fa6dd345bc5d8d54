"""The floor: what a file of events costs a hand-written program that decodes it, folds it and writes the stage's files.

It has no ledger, no quarantine, no checks and no warehouse, and it can load one table. `--sums` prints instead what
the table must hold at the end.

    python bench/floor.py EVENTS [ROWS A BATCH]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
from isal import isal_zlib

import orders

_GZIP = 16 + isal_zlib.MAX_WBITS
_BLOCK = 512


def loaded(path: Path, most: int) -> int:
    """Bytes of all files that the batches make."""
    size, taken, rows = 0, 0, dict[int, orders.Row | None]()
    for block in orders.changes(path):
        rows.update(block)
        taken += len(block)
        if taken >= most:
            size += len(_file(rows))
            taken, rows = 0, {}
    return size + len(_file(rows))


def _file(rows: dict[int, orders.Row | None]) -> bytes:
    """JSON lines, which cost the least to write, in gzip."""
    encode = msgspec.json.Encoder().encode_lines
    stream = isal_zlib.compressobj(1, isal_zlib.DEFLATED, _GZIP)
    staged = [row or (key,) for key, row in rows.items()]
    parts = [stream.compress(encode(staged[at : at + _BLOCK])) for at in range(0, len(staged), _BLOCK)]
    return b"".join([*parts, stream.flush()])


if __name__ == "__main__":
    if sys.argv[1] == "--sums":
        sys.stdout.write(json.dumps(orders.sums(Path(sys.argv[2]))))
    else:
        sys.stdout.write(f"{loaded(Path(sys.argv[1]), int(sys.argv[2]))} bytes\n")

"""What Tansu keeps of a group in its store: which partitions its members have been given.

At times, when members leave in the middle of a rebalance, it forms a group in which nobody has some partitions, and
when it is killed in the middle of one it goes on forming the group, with whatever clients. **They are nobody's until
the group begins anew.**
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

_GROUPS = "tansu/clusters/tansu_cluster/groups/consumers"


def given(store: Path, group: str) -> frozenset[tuple[str, int]]:
    """The partitions that members have; none while the group is not formed."""
    try:
        state = json.loads((store / _GROUPS / f"{group}.json").read_bytes())["state"]
    except (OSError, ValueError):
        return frozenset()
    if "Formed" not in state:
        return frozenset()
    return frozenset(place for raw in state["Formed"]["assignments"].values() for place in _places(bytes(raw)))


def forget(store: Path, group: str) -> None:
    """Removes the group, while the broker is down."""
    (store / _GROUPS / f"{group}.json").unlink(missing_ok=True)


def _places(raw: bytes) -> list[tuple[str, int]]:
    """Of one member's assignment in Kafka's consumer protocol: version, topics with their partitions, user data."""
    if not raw:
        return []
    (topics,), at = struct.unpack_from(">i", raw, 2), 6
    found = []
    for _ in range(topics):
        (size,) = struct.unpack_from(">h", raw, at)
        name, at = raw[at + 2 : at + 2 + size].decode(), at + 2 + size
        (count,) = struct.unpack_from(">i", raw, at)
        found += [(name, number) for number in struct.unpack_from(f">{count}i", raw, at + 4)]
        at += 4 + 4 * count
    return found

"""librdkafka's own mock of a cluster, whose requests fail as a test says.

It holds a topic `s.orders` of one partition.
"""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from pathlib import Path

import confluent_kafka

FETCH, METADATA, OFFSET_COMMIT, JOIN_GROUP, HEARTBEAT, PRODUCE = 1, 3, 8, 11, 12, 0
TIMED_OUT, NOT_LEADER, NOT_COORDINATOR, OLD_GENERATION, UNKNOWN_MEMBER, REBALANCING = 7, 6, 16, 22, 25, 27
_POINTER = ctypes.c_void_p


class Mock:
    """Its address is `address`, as a broker's."""

    def __init__(self, library, cluster) -> None:
        self._library, self._cluster = library, cluster
        self.address = library.rd_kafka_mock_cluster_bootstraps(cluster).decode()

    def fail(self, request: int, *errors: int) -> None:
        """The next requests of the kind fail, each with one of the errors."""
        codes = (ctypes.c_int * len(errors))(*errors)
        self._library.rd_kafka_mock_push_request_errors_array(self._cluster, request, len(errors), codes)


@contextmanager
def mocked():
    """A cluster while the `with` lasts."""
    library = _library()
    config = library.rd_kafka_conf_new()
    library.rd_kafka_conf_set(config, b"log_level", b"0", None, 0)
    owner = library.rd_kafka_new(0, config, None, 0)
    cluster = library.rd_kafka_mock_cluster_new(owner, 1)
    library.rd_kafka_mock_topic_create(cluster, b"s.orders", 1, 1)
    try:
        yield Mock(library, cluster)
    finally:
        library.rd_kafka_mock_cluster_destroy(cluster)
        library.rd_kafka_destroy(owner)


def _library():
    folder = Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs"
    library = ctypes.CDLL(str(next(folder.glob("librdkafka*"))))
    library.rd_kafka_conf_new.restype = _POINTER
    library.rd_kafka_conf_set.argtypes = [_POINTER, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
    library.rd_kafka_new.restype = _POINTER
    library.rd_kafka_new.argtypes = [ctypes.c_int, _POINTER, ctypes.c_char_p, ctypes.c_size_t]
    library.rd_kafka_mock_cluster_new.restype = _POINTER
    library.rd_kafka_mock_cluster_new.argtypes = [_POINTER, ctypes.c_int]
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    library.rd_kafka_mock_cluster_bootstraps.argtypes = [_POINTER]
    library.rd_kafka_mock_topic_create.argtypes = [_POINTER, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    errors = [_POINTER, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int)]
    library.rd_kafka_mock_push_request_errors_array.argtypes = errors
    library.rd_kafka_mock_cluster_destroy.argtypes = [_POINTER]
    library.rd_kafka_destroy.argtypes = [_POINTER]
    return library

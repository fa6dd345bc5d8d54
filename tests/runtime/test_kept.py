"""How a record lies in quarantine and is had back: byte for byte, or told to be cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamplan.runtime.errors import RecordError
from streamplan.runtime.kept import RAW_BYTES, had_back, kept, reason
from streamplan.runtime.ports import Partition, Record
from streamplan.runtime.showing import escaped

AT = Partition("shop.orders", 3)
WHY = RecordError("X924", "it does not fit")
TEXTS = st.text(st.characters(codec=None), max_size=20)


def had(record: Record) -> Record:
    binds = kept(record, WHY, "plan")
    return had_back(record.at, int(binds[2]), *binds[5:8])


@given(st.binary() | st.none(), st.binary() | st.none(), st.lists(st.tuples(TEXTS, TEXTS)))
def test_a_record_comes_back_as_it_was(key, value, headers):
    record = Record(at=AT, offset=7, key=key, value=value, headers=tuple(headers))
    found = had(record)
    assert (found.at, found.offset, found.key, found.value, found.headers) == (AT, 7, key, value, tuple(headers))
    assert found.size == len(key or b"") + len(value or b"")


@pytest.mark.parametrize("size", [RAW_BYTES - 1, RAW_BYTES, RAW_BYTES + 1])
def test_of_a_long_value_the_first_bytes_are_kept_and_the_full_length_is_told(size: int):
    binds = kept(Record(at=AT, offset=7, key=b"k", value=b"\xff" * size), WHY, "plan")
    assert binds[6] == "ff" * min(size, RAW_BYTES)
    assert binds[8:] == ("1", str(size), None, "plan")


def test_headers_that_are_cut_are_not_had_back():
    record = Record(at=AT, offset=7, key=None, value=None, headers=(("name", "x" * RAW_BYTES),))
    assert kept(record, WHY, "plan")[10] == str(len('[["name", ""]]') + RAW_BYTES)
    assert had(record).headers == ()


@given(st.text())
def test_a_reason_fits_its_column_and_holds_no_nul(message: str):
    found = reason(RecordError("X924", message * 500))
    assert len(found.encode(errors="surrogatepass")) <= 2048
    assert "\0" not in found


@given(st.text())
def test_what_is_printed_of_a_source_holds_nothing_that_a_terminal_obeys(text: str):
    assert escaped(text).isprintable()

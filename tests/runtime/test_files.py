"""Files of events as a source: every line is a record or a broken one, in order, and none is passed over in silence."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from streamplan.runtime.blocks import Reading
from streamplan.runtime.errors import StopError
from streamplan.runtime.files import FileSource
from streamplan.runtime.ports import Partition


def line(offset: int, value: object = None, **more: object) -> bytes:
    return json.dumps({"topic": "t", "offset": offset, "value": value, **more}, ensure_ascii=False).encode()


def written(path: Path, *lines: bytes, end: bytes = b"\n") -> Path:
    path.write_bytes(b"\n".join(lines) + end)
    return path


def all_of(pattern: Path, positions: dict[Partition, int] | None = None) -> list:
    """Every record of the files, to their end."""
    records = []
    with FileSource(str(pattern)) as source:
        source.seek(positions or {})
        while not source.ended:
            records += source.poll()
    return records


def places(records: list) -> list[str]:
    return [record.place for record in records]


def test_a_line_is_a_record_with_its_raw_key_and_value(tmp_path: Path):
    text = b'{"topic":"t","partition":3,"offset": 7, "key": {"id": 1}, "value": {"a":  1.10}, "headers": [["h", null]]}'
    (record,) = all_of(written(tmp_path / "e.jsonl", text))
    assert (record.place, record.key, record.value) == ("t[3]@7", b'{"id": 1}', b'{"a":  1.10}')
    assert (record.headers, record.size, record.broken) == ((("h", ""),), len(b'{"id": 1}{"a":  1.10}'), None)


@pytest.mark.parametrize("text", [line(0), b'{"topic": "t", "offset": 0}', line(0, key=None)])
def test_null_and_absent_are_no_key_and_no_value(text: bytes, tmp_path: Path):
    (record,) = all_of(written(tmp_path / "e.jsonl", text))
    assert (record.key, record.value) == (None, None)


@pytest.mark.parametrize("end", [b"\n", b"", b"\r\n", b"\n\n\n"])
def test_the_last_line_may_end_as_it_likes(end: bytes, tmp_path: Path):
    assert places(all_of(written(tmp_path / "e.jsonl", line(0), line(1), end=end))) == ["t[0]@0", "t[0]@1"]


def test_an_empty_file_has_no_records(tmp_path: Path):
    assert all_of(written(tmp_path / "e.jsonl", end=b"")) == []


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c"])
def test_only_a_newline_ends_a_line(separator: str, tmp_path: Path):
    text = line(0, {"note": f"a{separator}b"}) if separator >= "\x80" else line(0, {"note": json.dumps(separator)})
    (record,) = all_of(written(tmp_path / "e.jsonl", text))
    assert record.broken is None


def test_a_gzip_is_read_whatever_its_name_and_however_many_members(tmp_path: Path):
    path = tmp_path / "e.jsonl"
    path.write_bytes(gzip.compress(line(0) + b"\n") + gzip.compress(line(1) + b"\n"))
    assert places(all_of(path)) == ["t[0]@0", "t[0]@1"]


def test_files_of_a_glob_are_read_in_the_order_of_their_names(tmp_path: Path):
    written(tmp_path / "b.jsonl", line(2))
    written(tmp_path / "a.jsonl", line(1), end=b"")
    (tmp_path / "c.jsonl").write_bytes(gzip.compress(line(3)))
    written(tmp_path / "other.txt", line(9))
    assert places(all_of(tmp_path / "*.jsonl")) == ["t[0]@1", "t[0]@2", "t[0]@3"]


def test_a_poll_gives_a_block_of_whole_lines(tmp_path: Path):
    lines = [line(n, "x" * 1_000) for n in range(1_500)]
    with FileSource(str(written(tmp_path / "e.jsonl", *lines))) as source:
        polled = [[record.offset for record in source.poll()] for _ in range(5)]
        sizes = [sum(len(lines[n]) + 1 for n in offsets) for offsets in polled]
        assert [n for offsets in polled for n in offsets] == [*range(1_500)]
        assert sizes[:2] == [size for size in sizes[:2] if 2**19 - 1_100 <= size <= 2**19]
        assert (polled[-1], source.ended, source.done) == ([], True, source.total)


@pytest.mark.parametrize("text", [b'{"topic": "t",\n"offset": 7}', b'{"topic": "t", "offset": 1}' * 2])
def test_an_object_is_no_longer_and_no_shorter_than_its_line(text: bytes, tmp_path: Path):
    found = all_of(written(tmp_path / "e.jsonl", line(0), text, line(1)))
    assert places(found[:1] + found[-1:]) == ["t[0]@0", "t[0]@1"]
    assert {record.broken.code for record in found[1:-1]} == {"X910"}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"this is not JSON", "JSON is malformed"),
        (b'{"topic": "t"}', "Object missing required field `offset`"),
        (b'{"topic": "t", "offset": "1"}', "Expected `int`, got `str`"),
        (b'{"topic": "t", "offset": -1}', "Expected `int` >= 0"),
        (b'{"topic": "t", "offset": 9223372036854775808}', "Expected `int` <= 9223372036854775807"),
        (b'{"topic": "t", "offset": 1, "partition": -1}', "Expected `int` >= 0"),
        (b'{"topic": "\xff", "offset": 1}', "'utf-8' codec can't decode"),
        (b'{"topic": "t", "offset": 1, "value": ' + b"[" * 100_000, "maximum recursion depth exceeded"),
        (b"[]", "Expected `object`, got `array`"),
    ],
)
def test_a_line_that_is_no_record_is_a_broken_one_at_its_line(broken: bytes, reason: str, tmp_path: Path):
    first, found, last = all_of(written(tmp_path / "e.jsonl", line(0), broken, line(1)))
    assert (found.place, found.key, found.value) == ("file:e.jsonl[0]@1", None, broken)
    assert (found.broken.code, reason in found.broken.message) == ("X910", True), found.broken.message
    assert places([first, last]) == ["t[0]@0", "t[0]@1"]


def test_blank_lines_count_as_lines(tmp_path: Path):
    assert places(all_of(written(tmp_path / "e.jsonl", b"", b"\r", b"{"))) == ["file:e.jsonl[0]@2"]


def test_a_seek_goes_on_after_each_partitions_position_broken_lines_too(tmp_path: Path):
    lines = line(0), b"{", line(1), line(0, partition=1), b"{", line(2)
    positions = {Partition("t", 0): 1, Partition("file:e.jsonl", 0): 1}
    assert places(all_of(written(tmp_path / "e.jsonl", *lines), positions)) == ["t[1]@0", "file:e.jsonl[0]@4", "t[0]@2"]


def stopped(path: Path) -> str:
    with pytest.raises(StopError) as caught:
        all_of(path)
    assert caught.value.code == "X911"
    return caught.value.message


@pytest.mark.parametrize(
    "spoilt",
    [lambda raw: raw[:-20], lambda raw: raw[:40] + b"\xff\xff\xff" + raw[43:], lambda raw: raw[:-4] + b"\0\0\0\0"],
    ids=["cut", "changed", "of another size"],
)
def test_a_gzip_that_is_spoilt_stops_the_run(spoilt, tmp_path: Path):
    path = tmp_path / "e.jsonl.gz"
    path.write_bytes(spoilt(gzip.compress(b"".join(line(i) + b"\n" for i in range(500)))))
    assert stopped(path).startswith(f'cannot read "{path}" any further: ')


def test_a_path_that_matches_nothing_stops_the_run(tmp_path: Path):
    assert stopped(tmp_path / "*.jsonl") == f'no file of events matches "{tmp_path}/*.jsonl"'


def test_a_folder_is_no_file_of_events(tmp_path: Path):
    assert stopped(tmp_path).startswith(f'cannot read "{tmp_path}": ')


def test_a_followed_file_gives_nothing_until_a_whole_line_is_there(tmp_path: Path):
    path = written(tmp_path / "e.jsonl", line(0))
    with FileSource(str(path), Reading.FOLLOWING) as source, path.open("ab", buffering=0) as writer:
        assert places(source.poll()) == ["t[0]@0"]
        assert source.poll() == []
        writer.write(line(1)[:9])
        assert source.poll() == []
        writer.write(line(1)[9:] + b"\n" + line(2) + b"\n")
        assert places(source.poll()) == ["t[0]@1", "t[0]@2"]
        assert (source.poll(), source.ended) == ([], False)


def test_only_the_last_of_several_files_is_followed(tmp_path: Path):
    written(tmp_path / "a.jsonl", line(0), end=b"")
    last = written(tmp_path / "b.jsonl", line(1))
    with FileSource(str(tmp_path / "*.jsonl"), Reading.FOLLOWING) as source, last.open("ab", buffering=0) as writer:
        assert places([*source.poll(), *source.poll()]) == ["t[0]@0", "t[0]@1"]
        writer.write(b"{\n")
        assert places(source.poll()) == ["file:b.jsonl[0]@1"]


def test_a_line_of_more_than_a_block_comes_alone(tmp_path: Path):
    large = [line(offset, "x" * 3 * 1024 * 1024) for offset in range(3)]
    with FileSource(str(written(tmp_path / "e.jsonl", *large))) as source:
        assert [len(source.poll()) for _ in range(4)] == [1, 1, 1, 0]


def test_a_block_of_which_all_was_committed_is_not_the_end(tmp_path: Path):
    with FileSource(str(written(tmp_path / "e.jsonl", *(line(n, "x" * 100_000) for n in range(9))))) as source:
        source.seek({Partition("t", 0): 6})
        assert places(source.poll())[0] == "t[0]@7"

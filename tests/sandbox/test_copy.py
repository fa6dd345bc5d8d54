"""COPY in the sandbox: what it loads, how it reads NULL and blanks, and how it tells what it refuses."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from itertools import count

import pytest
from streamplan.runtime import s3
from streamplan.runtime.plan import Staging

COPY = "COPY t ({columns}) FROM '{address}' IAM_ROLE default MANIFEST FORMAT CSV GZIP TIMEFORMAT 'auto' COMPUPDATE OFF"
FAILED = "Load into table 't' failed.  Check 'sys_load_error_detail' system table for details."
_numbers = count()


@pytest.fixture
def bucket(warehouse):
    with s3.bucket(Staging(prefix=f"s3://copies/{next(_numbers)}/"), warehouse.environment()) as opened:
        yield opened


@pytest.fixture
def copied(session, bucket):
    """Makes t with these columns, and gives the COPY of texts into it, a file each; `entry` changes the manifest."""

    def copy(columns: str, *texts: str | bytes, **entry):
        session(f"CREATE TEMP TABLE t ({columns})")
        entries = []
        for number, text in enumerate(texts):
            body = gzip.compress(text.encode()) if isinstance(text, str) else text
            bucket.put(f"{number}.csv.gz", body)
            url = bucket.address(f"{number}.csv.gz")
            entries.append({"url": url, "mandatory": True, "meta": {"content_length": len(body)}} | entry)
        bucket.put("manifest", json.dumps({"entries": entries}).encode())
        names = ", ".join(column.split()[0] for column in columns.split(","))
        return COPY.format(columns=names, address=bucket.address("manifest"))

    return copy


def test_all_files_of_a_manifest_are_loaded_and_counted(copied, session):
    session(copied("a INT, b VARCHAR(9)", '"1","x"\n"2",\\N\n', "3,y\n"))
    assert session("SELECT a, b FROM t ORDER BY a") == [(1, "x"), (2, None), (3, "y")]
    assert session("SELECT pg_last_copy_count()") == [(3,)]


def test_a_blank_is_null_but_for_texts_and_the_mark_of_null_is_null_in_quotes_too(copied, session):
    session(copied("a INT, b VARCHAR(9), c VARBYTE(9), d VARCHAR(9)", '"","","","\\N"\n'))
    assert session("SELECT a, b, c, d FROM t") == [(None, "", None, None)]


def test_values_of_every_staged_type_are_loaded(copied, session):
    columns = "a BOOLEAN, b SUPER, c VARBYTE(9), d NUMERIC(9), e DATE, f TIMESTAMPTZ, g TIMESTAMP, h REAL, i NUMERIC"
    times = ["2026-01-02", "2026-01-02T03:04:05.000006+00:00", "2026-01-02T03:04"]
    cells = ["true", '{""a"": [1]}', "0aff", "1.9", *times]
    session(copied(columns, '"' + '","'.join([*cells, "NaN", "-7"]) + '"\n'))
    sql = "SELECT a, JSON_SERIALIZE(b), c, d, e::VARCHAR, EXTRACT(epoch FROM f), g::VARCHAR, h::VARCHAR, i FROM t"
    (row,) = session(sql)
    assert row[:4] == (True, '{"a": [1]}', "0aff", Decimal(1)), "decimals are cut, not rounded"
    assert row[4:] == ("2026-01-02", Decimal("1767323045.000006"), "2026-01-02 03:04:00", "NaN", Decimal(-7))


def test_what_the_server_would_take_for_its_own_marks_is_text(copied, session):
    cells = ["a\tb", "c\\d", "\\N ", "e\nf", "g\rh", "\r\n", 'i"j', "\\.", ""]
    rows = [f'{number},"{cell.replace(chr(34), chr(34) * 2)}"' for number, cell in enumerate(cells)]
    session(copied("a INT, b VARCHAR(9)", "\n".join(rows) + "\n"))
    assert session("SELECT b FROM t ORDER BY a") == [(cell,) for cell in cells]


def test_neighbours_that_are_null_are_all_null_and_a_longer_text_is_not(copied, session):
    sql = copied("a VARCHAR(9), b INT, c INT, d VARCHAR(9)", 'null,null,null,"nulls"\nnull,"null",null,null\n')
    session(sql.replace("GZIP", "GZIP NULL AS 'null'"))
    assert session("SELECT a, b, c, d FROM t") == [(None, None, None, "nulls"), (None, None, None, None)]


def test_the_line_is_that_of_its_file_behind_values_of_several_lines(copied, session):
    session.refused(copied("a INT, b VARCHAR(9)", "1,x\n2,y\n", '3,"two\nlines"\n4,z\nno,z\n'))
    found = session("SELECT RIGHT(TRIM(file_name), 8), line_number, error_code FROM sys_load_error_detail")
    assert found == [("1.csv.gz", 4, 1207)]


REFUSED = [
    ("a INT", '"1"\n"x"\n', (2, "a", 1207)),
    ("a SMALLINT", '"99999"\n', (1, "a", 1204)),
    ("a VARCHAR(2)", '"é€"\n', (1, "a", 1204)),
    ("a CHAR(1)", '"ab"\n', (1, "a", 1204)),
    ("a INT NOT NULL", "\\N\n", (1, "a", 1213)),
    ("a VARBYTE(1)", '"0000"\n', (1, "a", 1204)),
    ("a VARBYTE(1)", '"xy"\n', (1, "a", 1216)),
    ("a SUPER", '"{"\n', (1, "a", 1224)),
    ("a DATE", '"2026-13-01"\n', (1, "a", 1205)),
    ("a TIMESTAMP", '"soon"\n', (1, "a", 1206)),
    ("a BOOLEAN", '"maybe"\n', (1, "a", 1210)),
    ("a DOUBLE PRECISION", '"1e"\n', (1, "a", 1209)),
    ("a INT", '"1"\n\n"2","3"\n', (2, "", 1203)),
    ("a INT", '"1"\n"2","3"\n', (2, "", 1202)),
    ("a VARCHAR(9)", '"line\nbreak"\n"open\n', (3, "", 1214)),
    ("a VARCHAR(9)", gzip.compress(b'"\xff"\n', mtime=0), (0, "", 1220)),
    ("a VARCHAR(9)", '"a\0"\n', (1, "", 1218)),
    ("a VARCHAR(65535)", '"' + "x" * (4 << 20) + 'y"\n', (1, "", 1216)),
]


@pytest.mark.parametrize(("columns", "text", "expected"), REFUSED)
def test_a_line_that_cannot_be_loaded_is_told_by_file_line_and_column(copied, session, columns, text, expected):
    error = session.refused(copied(columns, text))
    assert (error["C"], error["M"], "D" in error) == ("XX000", FAILED, False)
    found = session("SELECT line_number, TRIM(column_name), error_code FROM sys_load_error_detail")
    assert found == [expected]
    assert session("SELECT count(*) FROM t") == [(0,)]


def test_a_failed_copy_aborts_the_transaction_and_is_told_after_it(copied, transaction, bucket):
    sql = copied("a INT", '"x"\n')
    transaction("CREATE TEMP TABLE t (a INT)")
    assert transaction.refused(sql)["C"] == "XX000"
    assert transaction.refused("SELECT 1")["C"] == "25P02"
    transaction.connection.rollback()
    address = bucket.address("")
    found = transaction("SELECT error_code FROM sys_load_error_detail WHERE STRPOS(file_name, ?) = 1", address)
    assert found == [(1207,)]


@pytest.mark.parametrize(
    ("texts", "entry", "said"),
    [
        ([], {}, "names no file"),
        (["1\n"], {"url": "s3://copies/none"}, "Status 404"),
        (["1\n"], {"meta": {"content_length": 1}}, "content_length is 1"),
        ([b"1\n"], {}, "not in gzip format"),
        (["1\n"], {"meta": 1}, "it is no list of entries"),
    ],
)
def test_files_that_are_not_as_the_manifest_says_are_no_fault_of_the_data(copied, session, texts, entry, said):
    error = session.refused(copied("a INT", *texts, **entry))
    assert (error["C"], said in error["M"]) == ("XX000", True)
    assert session("SELECT count(*) FROM sys_load_error_detail") == [(0,)]


def test_a_file_that_need_not_be_there_is_passed_over(copied, session):
    session(copied("a INT", "1\n", url="s3://copies/none", mandatory=False))
    assert session("SELECT pg_last_copy_count()") == [(0,)]


def test_a_manifest_that_is_not_there_fails(session):
    session("CREATE TEMP TABLE t (a INT)")
    error = session.refused(COPY.format(columns="a", address="s3://copies/nowhere/manifest"))
    assert (error["C"], error["M"][:31]) == ("XX000", "Problem reading manifest file -")


def test_a_column_or_a_table_that_is_not_there_is_told(copied, session):
    sql = copied("a INT", "1\n")
    assert session.refused(sql.replace("t (a)", "t (b)"))["C"] == "42703"
    assert session.refused(sql.replace("t (a)", "u (a)"))["C"] == "42P01"


@pytest.mark.parametrize(
    ("old", "new"), [("FORMAT CSV", "FORMAT JSON 'auto'"), (" MANIFEST", ""), ("t (a)", "t"), ("GZIP", "ZSTD")]
)
def test_what_the_sandbox_does_not_do_yet_is_refused_as_that(copied, session, old: str, new: str):
    error = session.refused(copied("a INT", "1\n").replace(old, new))
    assert (error["C"], "the sandbox does not do this yet" in error["M"]) == ("0A000", True)

from __future__ import annotations

from streamplan.sandbox import wire


def test_messages_are_cut_from_a_stream_wherever_it_is_divided():
    stream = wire.parse(b"s", "SELECT 1") + wire.execute(b"p") + wire.SYNC
    framing = wire.Framing()
    found = [message for at in range(len(stream)) for message in framing.feed(stream[at : at + 1])]

    assert [message.code for message in found] == [b"P", b"E", b"S"]
    assert stream == b"".join(message.raw for message in found)


def test_a_parse_is_read_as_it_was_written():
    it = wire.read_parse(wire.parse(b"name", "SELECT 'é'", b"\0\1\0\0\2\xc1")[5:])

    assert wire.Parse(name=b"name", sql="SELECT 'é'", types=b"\0\1\0\0\2\xc1") == it


def test_the_result_formats_of_a_bind_are_found_behind_its_values():
    values = b"\0\2" + b"\0\0\0\1x" + b"\xff\xff\xff\xff"

    assert wire.result_formats(b"p\0s\0" + b"\0\1\0\0" + values + b"\0\2\0\1\0\0") == (1, 0)
    assert wire.result_formats(wire.bind(b"p", b"s")[5:]) == ()


def test_columns_rows_and_errors_survive_a_round_trip():
    column = wire.Column(label="é".encode(), table=1, number=2, kind=17, size=-1, modifier=-1, form=0)
    row = [b"a", None, b""]
    error = {"S": "ERROR", "C": "22001", "M": "Value too long"}

    assert (column,) == wire.read_columns(wire.columns((column,))[5:])
    assert row == wire.read_row(wire.row(row)[5:])
    assert error == wire.read_fields(wire.fields(b"E", error)[5:])


def test_a_start_up_packet_is_read_as_it_was_written():
    assert wire.startup_parameters(wire.startup({"user": "a", "database": ""})[8:]) == {"user": "a", "database": ""}

"""One session's traffic, as a state machine: the client's bytes in, the server's out, and back. It holds no socket.

Statements are decided by `prepare`; everything else passes as it is. A simple query becomes the extended protocol's
Parse, Bind, Describe, Execute. A refused statement is replaced by one that PostgreSQL cannot parse, and the error it
gives is replaced by the refusal: so order, the skip to Sync and the aborted transaction are the server's own. **For
every message sent to the server, the answer it will give stands in the queue.**
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from . import wire
from .answers import Answers
from .copying import Laid
from .decision import Copies, Decision, Refusal, Translation
from .names import literal

Prepare: TypeAlias = Callable[[str, bool], Decision]
Split: TypeAlias = Callable[[str], tuple[str, ...]]
LayOut: TypeAlias = Callable[[Copies], Laid | Refusal]

_ASYNCHRONOUS = b"NSA"
_OWN = b"sandbox"
_CANNOT_PARSE = "refused"
_CAN_PARSE = "SELECT 1"
_OUTSIDE, _FAILED = b"I", b"E"


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """The answer to one message: the codes that end it, those that the client sees, and what an error is replaced by.

    `statement` is its name, where the answer describes or runs one; `bind` is the Bind message of its portal.
    """

    ends: bytes
    shows: bytes
    refusal: Refusal | None = None
    statement: bytes = b""
    bind: bytes = b""


_ALL = b"12tTnDCIs3ZVGHW"
_HIDDEN_ANSWERS = tuple(Awaited(ends=ends, shows=b"", statement=_OWN) for ends in (b"3", b"3", b"1", b"2", b"CIs"))
_NOTHING = Translation(sql="")
_NO_PORTAL = (b"", b"")


class Relay:
    """The traffic of one session."""

    def __init__(self, prepare: Prepare, split: Split, answers: Answers, lay_out: LayOut) -> None:
        self._prepare = prepare
        self._split = split
        self._answers = answers
        self._lay_out = lay_out
        self._noted: list[str] = []
        self._client = wire.Framing()
        self._server = wire.Framing()
        self._queue: deque[Awaited] = deque()
        self._status = _OUTSIDE
        self._statements: dict[bytes, Translation] = {}
        self._portals: dict[bytes, tuple[bytes, bytes]] = {}
        self._columns: dict[bytes, tuple[wire.Column, ...]] = {}

    def to_server(self, data: bytes) -> bytes:
        """What the server gets for these bytes of the client."""
        return b"".join([self._ask(message) for message in self._client.feed(data)])

    def to_client(self, data: bytes) -> bytes:
        """What the client gets for these bytes of the server."""
        return b"".join([self._answer(message) for message in self._server.feed(data)])

    def _ask(self, message: wire.Message) -> bytes:
        match message.code:
            case b"P":
                return self._notes() + self._parse(wire.read_parse(message.body), message.raw, shows=_ALL)
            case b"B":
                portal, statement = wire.bound(message.body)
                self._portals[portal] = (statement, message.body)
                self._await(b"2")
            case b"D":
                return self._describe(message)
            case b"E":
                return self._execute(message)
            case b"C":
                self._await(b"3")
                self._statements.pop(message.body[1:-1], None)
            case b"S":
                self._await(b"Z")
            case b"Q":
                return self._query(message.body[:-1].decode())
        return message.raw

    def _await(self, ends: bytes, shows: bytes = _ALL) -> None:
        self._queue.append(Awaited(ends=ends, shows=shows))

    def _parse(self, parse: wire.Parse, raw: bytes, *, shows: bytes) -> bytes:
        failed = self._status == _FAILED
        decision = self._prepare(parse.sql, self._status != _OUTSIDE and not failed)
        match decision:
            case Refusal():
                self._statements[parse.name] = _NOTHING
                refusal = None if failed else decision
                self._queue.append(Awaited(ends=b"1", shows=shows, statement=parse.name, refusal=refusal))
                return wire.parse(parse.name, _CAN_PARSE if failed else _CANNOT_PARSE)
            case Translation():
                self._statements[parse.name] = decision
                self._queue.append(Awaited(ends=b"1", shows=shows, statement=parse.name))
                return raw if decision.sql == parse.sql else wire.parse(parse.name, decision.sql, parse.types)
            case _:
                assert_never(decision)

    def _describe(self, message: wire.Message) -> bytes:
        kind, name = message.body[:1], message.body[1:-1]
        statement = name if kind == b"S" else self._portals.get(name, _NO_PORTAL)[0]
        self._queue.append(Awaited(ends=b"Tn", shows=_ALL, statement=statement))
        return message.raw

    def _execute(self, message: wire.Message) -> bytes:
        statement, bind = self._portals.get(message.body[: message.body.index(b"\0")], _NO_PORTAL)
        translation = self._statements.get(statement, _NOTHING)
        before = [self._privately(sql) for sql in translation.before]
        if translation.copies is not None and self._status != _FAILED:
            before.append(self._copied(translation.copies))
        self._queue.append(Awaited(ends=b"CIs", shows=_ALL, statement=statement, bind=bind))
        after = [self._privately(sql) for sql in translation.after]
        return b"".join([*before, message.raw, *after])

    def _privately(self, sql: str) -> bytes:
        """Runs a statement of our own, unseen by the client. An error in it is shown, as the client's statement's."""
        self._queue.extend(_HIDDEN_ANSWERS)
        closes = wire.close(b"S" + _OWN) + wire.close(b"P" + _OWN)
        return closes + wire.parse(_OWN, sql) + wire.bind(_OWN, _OWN) + wire.execute(_OWN)

    def _copied(self, copies: Copies) -> bytes:
        """Lays the fields of a COPY out in the server; or makes the server fail, and shows why COPY fails."""
        laid = self._lay_out(copies)
        if isinstance(laid, Refusal):
            self._queue.append(Awaited(ends=b"1", shows=b"", refusal=laid))
            return wire.parse(_OWN, _CANNOT_PARSE)
        files = f"SELECT set_config('redshift.copied_files', {literal(json.dumps(laid.files))}, true)"
        made = [self._privately(sql) for sql in (*copies.before, files)]
        return b"".join([*made, self._privately("COPY pg_temp.sandbox_copied FROM STDIN"), *wire.copy_data(laid.data)])

    def _notes(self) -> bytes:
        """Writes down why earlier COPYs failed, once the server takes statements again."""
        if self._status == _FAILED or not self._noted:
            return b""
        noted, self._noted = self._noted, []
        notes = [f"SELECT pg_catalog.sandbox_note_load_error({literal(row)})" for row in noted]
        return b"".join([self._privately(sql) for sql in notes])

    def _query(self, text: str) -> bytes:
        parts = [self._notes()]
        for sql in self._split(text):
            parts.append(self._parse(wire.Parse(name=b"", sql=sql, types=b"\0\0"), wire.parse(b"", sql), shows=b""))
            self._await(b"2", shows=b"")
            self._portals[b""] = _NO_PORTAL
            self._await(b"Tn", shows=b"T")
            parts += [wire.bind(b"", b""), wire.describe(b"P")]
            parts.append(self._execute(wire.Message(b"E", wire.execute(b""))))
        self._await(b"Z")
        return b"".join([*parts, wire.SYNC])

    def _answer(self, message: wire.Message) -> bytes:
        code = message.code
        head = self._queue[0] if self._queue else None
        if code in _ASYNCHRONOUS or head is None:
            return self._aside(message, head)
        if code == b"E":
            self._skip_to_sync()
            self._noted += self._answers.load_errors(message, head.refusal)
            return self._answers.error(message, head.refusal)
        if code in head.ends:
            self._queue.popleft()
        if code == b"Z":
            self._status = message.body
        elif code == b"1":
            self._columns.pop(head.statement, None)
        if code not in head.shows:
            return b""
        return self._shown(message, head)

    def _aside(self, message: wire.Message, head: Awaited | None) -> bytes:
        if message.code == b"N":
            return b"" if head is not None and not head.shows else self._answers.notice(message)
        return self._answers.error(message, None) if message.code == b"E" else message.raw

    def _skip_to_sync(self) -> None:
        while self._queue and self._queue[0].ends != b"Z":
            self._queue.popleft()

    def _shown(self, message: wire.Message, head: Awaited) -> bytes:
        match message.code:
            case b"T":
                described = wire.read_columns(message.body)
                self._columns[head.statement] = described
                return self._answers.description(described)
            case b"D" if columns := self._columns.get(head.statement):
                return self._answers.row(message, columns, head.bind)
            case b"C" if self._statements.get(head.statement, _NOTHING).copies:
                return wire.message(b"C", wire.text("COPY"))
        return message.raw

"""The plan on disk: loaded and verified, or refused; and the manifest's text, for the compiler that writes it.

It never looks inside a statement. **What `load()` returns is what was compiled, to the byte.**
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec

from .errors import PlanError
from .plan import FORMAT, MANIFEST_FILE, SUM_FILE, Plan
from .statement import Statement
from .table_program import Field, TableProgram

_Struct = TypeVar("_Struct", bound=msgspec.Struct)
Piece: TypeAlias = bytes | memoryview
Text: TypeAlias = str | tuple[Piece, ...]  # of a file: whole, or a long one in pieces
_AGAIN = "restore it from version control, or compile again"


class _Format(msgspec.Struct):
    format: int


class _Head(Plan, frozen=True, kw_only=True):
    """A plan whose tables are not looked into."""

    tables: msgspec.Raw  # type: ignore[assignment]


def load(folder: Path) -> Plan:
    """The plan in a folder, verified against its `plan.sum`, with the text of every statement.

    Raises PlanError: P801 no plan, or a file edited, added or removed; P802 another format; P803 a broken manifest.
    """
    sums = verify(folder)
    manifest = _decoded(folder, _read(folder, MANIFEST_FILE), Plan)
    filled: Plan = _each(manifest, lambda statement: _with_text(statement, folder))
    return msgspec.structs.replace(filled, id=hashlib.sha256(sums).hexdigest())


def verify(folder: Path) -> bytes:
    """The text of `plan.sum`, after every file has been compared with it; raises PlanError P801."""
    sums = _read(folder, SUM_FILE)
    _verify(folder, _sums(sums))
    return sums


def read_sums(folder: Path) -> dict[str, str]:
    """What `plan.sum` says: path to sha256. Raises PlanError P801 when there is none."""
    return _sums(_read(folder, SUM_FILE))


def _sums(text: bytes) -> dict[str, str]:
    lines = text.decode(errors="replace").splitlines()
    return {path: digest for digest, _, path in (line.partition("  ") for line in lines)}


def read_head(folder: Path) -> Plan:
    """The plan without its tables; its statements have no texts. Raises PlanError."""
    return _head(folder, _read(folder, MANIFEST_FILE))


def split_manifest(folder: Path, lengths: Sequence[int]) -> tuple[Plan, list[Piece]]:
    """The same, and the parts of its tables, as `join_manifest` took them; `lengths` are theirs. Raises PlanError."""
    head, tables = unlisted(_read(folder, MANIFEST_FILE), "tables", lengths)
    return _head(folder, head), tables


def _head(folder: Path, manifest: bytes) -> Plan:
    found = _decoded(folder, manifest, _Head)
    body = {name: getattr(found, name) for name in Plan.__struct_fields__ if name not in ("id", "tables")}
    return Plan(**body, id=digest_of(folder / SUM_FILE), tables=())


def plan_of(files: Mapping[str, Text]) -> Plan:
    """The plan of texts that have not been written yet. What earlier versions wrote is not among them: it is empty."""
    manifest = msgspec.json.decode(as_bytes(files[MANIFEST_FILE]), type=Plan)
    filled: Plan = _each(
        manifest,
        lambda statement: msgspec.structs.replace(statement, sql=as_bytes(files.get(statement.path, "")).decode()),
    )
    return msgspec.structs.replace(filled, id=hashlib.sha256(as_bytes(files[SUM_FILE])).hexdigest())


def as_bytes(text: Text) -> bytes:
    """A file's text in one piece."""
    return b"".join(pieces(text))


def pieces(text: Text) -> tuple[Piece, ...]:
    """A file's text as bytes, in as many pieces as it has."""
    return (text.encode(),) if isinstance(text, str) else text


def _decoded(folder: Path, manifest: bytes, kind: type[_Struct]) -> _Struct:
    """The manifest's plan. The format is looked at first: another one may hold anything else."""
    try:
        found = msgspec.json.decode(manifest, type=_Format).format
        if found == FORMAT:
            return msgspec.json.decode(manifest, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PlanError("P803", f'"{folder / MANIFEST_FILE}" is broken: {error}', help=_AGAIN) from None
    message = f'"{folder}" has format {found}; this streamplan reads format {FORMAT}'
    raise PlanError("P802", message, help="compile it again with this version of streamplan")


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError:
        message = f'"{folder}" is not a plan: it has no {name}'
        raise PlanError("P801", message, help="run: streamplan compile SPEC") from None


def _verify(folder: Path, listed: Mapping[str, str]) -> None:
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {SUM_FILE}
    edited = {path for path in present & set(listed) if digest_of(folder / path) != listed[path]}
    wrong = {"edited": edited, "added": present - set(listed), "removed": set(listed) - present}
    problems = sorted(f"{path}: {what}" for what, paths in wrong.items() for path in paths)
    if problems:
        message = f'"{folder}" is not the plan that was compiled:\n' + "\n".join(f"  {line}" for line in problems)
        raise PlanError("P801", message, help=_AGAIN)


def digest_of(path: Path) -> str:
    """The sha256 of a file's bytes. Raises OSError."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _with_text(statement: Statement, folder: Path) -> Statement:
    return msgspec.structs.replace(statement, sql=_read(folder, statement.path).decode())


def _each(value: Any, become: Callable[[Statement], Statement]) -> Any:
    """The same value with each statement in it as `become` makes it, probes included."""
    match value:
        case Statement(unless=None):
            return become(value)
        case Statement():
            return msgspec.structs.replace(become(value), unless=_each(value.unless, become))
        case Field():
            return value
        case msgspec.Struct():
            return type(value)(**{name: _each(getattr(value, name), become) for name in value.__struct_fields__})
        case tuple():
            return tuple(_each(item, become) for item in value)
        case _:
            return value


def encode_manifest(plan: Plan) -> bytes:
    """The text of `plan.json`: without what `load()` fills in, ending with a newline; a field of a table is a line."""
    head = msgspec.structs.replace(plan, tables=())
    return b"".join(join_manifest(head, [encode_table(table) for table in plan.tables]))


def encode_table(program: TableProgram) -> bytes:
    """One table's part of `plan.json`."""
    fields = b",\n".join([b"      " + msgspec.json.encode(field) for field in program.fields])
    head = msgspec.json.encode(_bare(msgspec.structs.replace(program, fields=())))
    return b"    " + head.replace(b'"fields":[]', b'"fields":[\n' + fields + b"\n    ]", 1)


def join_manifest(head: Plan, tables: Sequence[Piece]) -> tuple[Piece, ...]:
    """The text of `plan.json` in pieces, of a plan without its tables and the parts of those."""
    body = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(_bare(head), id="")), indent=2)
    before, _, behind = body.partition(b'"tables": []')
    return before + b'"tables": ', *listed(tables), behind + b"\n"


def listed(parts: Sequence[Piece]) -> Iterator[Piece]:
    """A JSON list of parts that are indented already, a part a line, in pieces."""
    yield b"[\n" if parts else b"["
    for number, part in enumerate(parts):
        yield b",\n" if number else b""
        yield part
    yield b"\n  ]" if parts else b"]"


def unlisted(text: bytes, name: str, lengths: Sequence[int]) -> tuple[bytes, list[Piece]]:
    """A text whose list of a name is empty now, and the parts that `listed` put there; `lengths` are theirs.

    The parts are not copied: there are many, and few of them are looked into.
    """
    opening = f'\n  "{name}": ['.encode()
    begin = text.index(opening) + len(opening)  # a line begins with it, so it is in no text of a JSON file
    view, at, parts = memoryview(text), begin + len("\n"), list[Piece]()
    for length in lengths:
        parts.append(view[at : at + length])
        at += length + len(",\n")
    behind = at - len(",\n") + len("\n  ") if parts else begin
    return text[:begin] + text[behind:], parts


def _bare(value: _Struct) -> _Struct:
    """The same value, its statements without their texts."""
    bare: _Struct = _each(value, lambda one: msgspec.structs.replace(one, sql="") if one.sql else one)
    return bare

"""What a plan holds of one table: its fields, and the statements of a batch."""

from __future__ import annotations

import msgspec

from .modes import Deletes, KeySource, Mode, Origin, Policy
from .statement import Statement, Value


class Field(Value, frozen=True):
    """One staged column of a table, and how its value is found.

    Attributes:
        field: the name in the event, as the source spells it; the origin's own name where it is not a row's field.
            Several columns of one field take the types that each accepts, one value at a time.
        origin: the row's field, or what of the change the column holds. LOADED_AT is never staged.
        refuses: types that came later, are known and are not read: their values go to quarantine.
        column: the name in the warehouse.
        accepts: the Connect types that the converter reads, each `type` or `type semantic-name`.
        converter: a name in `convert.CONVERTERS`.
        args: the converter's arguments.

    """

    field: str
    column: str
    accepts: tuple[str, ...]
    converter: str
    args: dict[str, int | str] = msgspec.field(default_factory=dict)
    origin: Origin = Origin.VALUE
    refuses: tuple[str, ...] = ()


class Keep(Value, frozen=True):
    """What is executed for rows of which the source did not send every value (unchanged TOAST values).

    Their operation is 'k', the row's number in eight digits, and for each of `columns` 'u' where it is unchanged, else
    '-'. One that is stored under the key from which the source moved it stands under that as 'm', and a row 'n' of the
    same number holds its own. Two rows 'o' and 'n' of one number are a move alone.

    Attributes:
        columns: those whose stored value stays where the source does not send it.
        fill: completes the staged rows from the stored ones: 'k' becomes 'u', 'm' becomes 'w'.
        absent: the operations of those that no stored row completed.
        rekey: stages the rows 'w' again, as 'u' under their own key.
        carry: copies stored rows to the keys that the source moved them to.

    """

    columns: tuple[str, ...]
    fill: Statement
    absent: Statement
    rekey: Statement
    carry: Statement


class Guard(Value, frozen=True):
    """The position guard: an older change never overwrites a newer one, nor raises a deleted row.

    Attributes:
        standing: gives changes that tell no position that of the row which they replace.
        outdated: takes changes out of the stage that are older than the row which they would change.
        bury: keeps the keys of deleted rows that the table does not hold; None where deletes are ignored.

    """

    standing: Statement
    outdated: Statement
    bury: Statement | None = None


class Copy(Value, frozen=True):
    """How rows are staged from S3, where the plan says so.

    Attributes:
        statement: the COPY. `'s3://{manifest}'`, which stands in its text behind FROM, becomes the address of the
            batch's manifest when it runs.
        count: how many rows the session's last COPY loaded.
        errors: why a COPY refused files: file, line, column, its type, code, message; of the files whose addresses
            begin with what is bound.
        inserted: by staged column, the texts that COPY does not read exactly: rows with them go through `load`.

    """

    statement: Statement
    count: Statement
    errors: Statement
    inserted: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class TableProgram(Value, frozen=True, kw_only=True):
    """What is executed for one batch of one table, in the order of the attributes.

    Attributes:
        table: the name in messages and paths, `schema.table`.
        topics: those that feed it.
        source: the source's `schema.table`, where several share a topic; "" where all that the topic holds is meant.
        mode: upsert or insert.
        deletes: hard, soft or ignore.
        truncates: apply, ignore or stop.
        evolution: auto, review, ignore or stop: what to do with a field that the plan does not know.
        key_from: where the key is read.
        key: the event's names of the fields that say which row is meant, in the order of the warehouse's key columns.
        fields: one for each staged column, in the order of `load`'s binds, which end with the operation: 'u' a row,
            'd' a delete.
        other_keys: the fields of record keys that came later and are not read: their records go to quarantine.
        excluded: fields that are known and never loaded.
        lock: locks the target, first in the transaction.
        truncate: empties the target, transactionally, or marks all its rows; None where truncates are not applied.
        stage: creates the temporary staging table.
        load: inserts rows into the stage.
        copy: loads rows into the stage from S3; None where they are all inserted.
        delete: removes the rows whose staged operation is 'd', or marks them; None where nothing is staged as 'd'.
        keep: for rows of which the source did not send every value; None where it always does, or nothing is stored.
        guard: the position guard, where the spec asks for it.
        discard: removes all but whole rows from the stage, so that the merge sees no other; None where none is staged.
        merge: updates and inserts the rest, or appends it.
        drop: drops the staging table.

    """

    table: str
    topics: tuple[str, ...]
    source: str = ""
    mode: Mode = Mode.UPSERT
    deletes: Deletes = Deletes.HARD
    truncates: Policy
    evolution: Policy
    key_from: KeySource
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    other_keys: tuple[tuple[str, ...], ...] = ()
    excluded: tuple[str, ...] = ()
    lock: Statement
    truncate: Statement | None = None
    stage: Statement
    load: Statement
    copy: Copy | None = None
    delete: Statement | None = None
    keep: Keep | None = None
    guard: Guard | None = None
    discard: Statement | None = None
    merge: Statement
    drop: Statement

    @property
    def appends(self) -> bool:
        """Whether every record is a row of its own: none replaces another of the batch."""
        return self.mode is Mode.INSERT or self.key_from is KeySource.KAFKA_COORDINATES

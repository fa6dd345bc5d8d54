"""One observed topic on its way to a table, with the settings that apply to it and the problems found so far."""

from __future__ import annotations

from dataclasses import dataclass

from .diagnostic import Diagnostic, Span
from .observed import ObservedField, ObservedTopic
from .spec import ColumnSpec, Spec, TableSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What binding one table works on.

    Attributes:
        topic: what was observed; of several topics, merged.
        topics: all that feed the table.
        source: the source's `schema.table` where it is one of several in the topic.
        settings: those of the table, or the connector's.
        schema: the name of the table's schema, folded.
        name: the name of the table, folded.
        place: where a problem is shown that no line of the spec caused.
        problems: the list that problems are added to.

    """

    spec: Spec
    topic: ObservedTopic
    topics: tuple[str, ...]
    source: str
    settings: TableSpec
    schema: str
    name: str
    place: Span
    problems: list[Diagnostic]

    def problem(self, code: str, message: str, help_: str, span: Span | None = None) -> None:
        """One more problem, at a line of the spec or at the observed schema."""
        self.problems.append(Diagnostic(span=span or self.place, code=code, message=message, help=help_))

    def where(self, field: ObservedField) -> str:
        """A field as messages name it."""
        return f'field "{field.field}" of "{self.topic.topic}"'

    def wanted(self, field: str) -> ColumnSpec | None:
        """What the spec says of a field."""
        return next((column for column in self.settings.columns if column.field == field), None)

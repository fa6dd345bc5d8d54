"""Statements drawn from a model of the syntax: the value that is meant, and the words that say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from pen import Pen
from streamplan.compiler.statement_access import (
    AlterUser,
    CreateGroup,
    CreateRole,
    CreateUser,
    DefaultPrivileges,
    Grant,
    GrantRole,
    Revoke,
    RevokeRole,
)
from streamplan.compiler.statement_data import (
    Copy,
    Delete,
    Insert,
    Merge,
    Select,
    Update,
)
from streamplan.compiler.statement_tables import (
    AddColumn,
    AddConstraint,
    AlterColumnEncode,
    AlterColumnType,
    AlterLayout,
    AppendFrom,
    CreateTable,
    CreateTableAs,
    CreateView,
    DropColumn,
    DropConstraint,
    DropTable,
    DropView,
    OwnerTo,
    RenameColumn,
    RenameTable,
)
from streamplan.compiler.statements import (
    Analyze,
    Begin,
    Comment,
    Commit,
    CreateSchema,
    DropSchema,
    Lock,
    Rollback,
    Set,
    Show,
    Statement,
    Truncate,
    Vacuum,
)
from written_access import (
    alter_user,
    create_group,
    create_role,
    create_user,
    default_privileges,
    grant,
    grant_role,
    revoke,
    revoke_role,
)
from written_data import copy, delete, insert, merge, select, update
from written_small import (
    analyze,
    begin,
    comment,
    commit,
    create_schema,
    drop_schema,
    lock,
    rollback,
    set_parameter,
    show,
    truncate,
    vacuum,
)
from written_tables import (
    add_column,
    add_constraint,
    alter_column_encode,
    alter_column_type,
    alter_layout,
    append_from,
    create_table,
    create_table_as,
    create_view,
    drop_column,
    drop_constraint,
    drop_table,
    drop_view,
    owner_to,
    rename_column,
    rename_table,
)

KINDS: dict[type[Any], Callable[[Pen], Statement]] = {
    AddColumn: add_column,
    AddConstraint: add_constraint,
    AlterColumnEncode: alter_column_encode,
    AlterColumnType: alter_column_type,
    AlterLayout: alter_layout,
    AlterUser: alter_user,
    Analyze: analyze,
    AppendFrom: append_from,
    Begin: begin,
    Comment: comment,
    Commit: commit,
    Copy: copy,
    CreateGroup: create_group,
    CreateRole: create_role,
    CreateSchema: create_schema,
    CreateTable: create_table,
    CreateTableAs: create_table_as,
    CreateUser: create_user,
    CreateView: create_view,
    DefaultPrivileges: default_privileges,
    Delete: delete,
    DropColumn: drop_column,
    DropConstraint: drop_constraint,
    DropSchema: drop_schema,
    DropTable: drop_table,
    DropView: drop_view,
    Grant: grant,
    GrantRole: grant_role,
    Insert: insert,
    Lock: lock,
    Merge: merge,
    OwnerTo: owner_to,
    RenameColumn: rename_column,
    RenameTable: rename_table,
    Revoke: revoke,
    RevokeRole: revoke_role,
    Rollback: rollback,
    Select: select,
    Set: set_parameter,
    Show: show,
    Truncate: truncate,
    Update: update,
    Vacuum: vacuum,
}


@dataclass(frozen=True, slots=True)
class Written:
    """A statement that is meant, and the words that say it."""

    meant: Statement
    words: tuple[str, ...]


@st.composite
def written(draw: Callable[[st.SearchStrategy[Any]], Any], kind: type[Any]) -> Written:
    """One statement of a kind."""
    pen = Pen(draw)
    return Written(KINDS[kind](pen), tuple(pen.words))

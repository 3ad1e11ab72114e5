"""Statements that several processes may make at once about the same row."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from archive.catalog.rows import aware
from archive.catalog.tables import LedgerTableRow, ModelRow
from schemas.ledger import LedgerRow, StageState
from schemas.model import IssueId

_KEY = ("issue", "name", "stage")
_SAID = ("sequence", "state", "recipe", "error", "message", "seconds", "at", "run")
_PUBLISHING = 7_310_872
"""First key of the PostgreSQL advisory locks of issues; the second is made of the slug."""


def enter(
    session: Session,
    rows: Sequence[LedgerRow],
    at: datetime,
    run: int | None = None,
    *,
    is_tried: bool = True,
) -> None:
    """Write ledger rows of ``run``; a row that is known counts one attempt more.

    With ``is_tried`` false nothing was done to the pages: of a known row only what it says of its
    page is replaced; attempts, seconds, time and run stay.

    Rows go in order of their keys: two processes that enter the same pages wait for each other
    instead of dying of a deadlock.
    """
    insert: Any = _insert(session, LedgerTableRow)
    columns = {name: insert.excluded[name] for name in _SAID}
    tried = columns | {"attempts": LedgerTableRow.attempts + 1}
    described = {name: columns[name] for name in _SAID if name not in ("seconds", "at", "run")}
    upsert = insert.on_conflict_do_update(
        index_elements=_KEY, set_=tried if is_tried else described
    )
    values = sorted((_values(row, at, run) for row in rows), key=lambda v: [v[k] for k in _KEY])
    if values:
        session.connection().execute(upsert, values)


def enter_intake(
    session: Session,
    issue: IssueId,
    rows: Sequence[LedgerRow],
    at: datetime,
    run: int | None = None,
) -> None:
    """Write the ``ingest`` rows of ``issue`` that differ; drop those of files and pages gone."""
    of_issue = LedgerTableRow.issue == str(issue)
    is_intake = LedgerTableRow.stage == "ingest"
    before = {
        row.name: row for row in session.scalars(select(LedgerTableRow).where(of_issue, is_intake))
    }
    now = {row.name: row for row in rows}
    new = [row for name, row in now.items() if _differs(before.get(name), row)]
    enter(session, new, at, run)
    gone = sorted(set(before) - set(now))
    if gone:
        session.execute(
            delete(LedgerTableRow).where(of_issue, is_intake, LedgerTableRow.name.in_(gone))
        )
    known = select(LedgerTableRow.name).where(of_issue, LedgerTableRow.sequence.is_not(None))
    for name in set(session.scalars(known)) - set(now):  # pages of an earlier version
        session.execute(delete(LedgerTableRow).where(of_issue, LedgerTableRow.name == name))


def _differs(before: LedgerTableRow | None, row: LedgerRow) -> bool:
    if before is None:
        return True
    was = (before.state, before.message, before.sequence)
    return was != (str(row.state), row.message, row.sequence)


def enter_models(session: Session, agents: Iterable[str], at: datetime) -> None:
    """Write down engines and weights that were not known."""
    values = [{"name": name, "first_used": at} for name in sorted(set(agents))]
    if values:
        insert: Any = _insert(session, ModelRow)
        session.connection().execute(insert.on_conflict_do_nothing(), values)


def hold(session: Session, issue: IssueId) -> None:
    """Let one process at a time replace an issue, until the transaction ends.

    SQLite needs nothing: its transactions that write come one after the other.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = zlib.crc32(str(issue).encode()) - 2**31  # PostgreSQL wants 32 bits with a sign
        session.execute(select(func.pg_advisory_xact_lock(_PUBLISHING, key)))


def ledger_row(row: LedgerTableRow) -> LedgerRow:
    """Return the record of a row."""
    return LedgerRow(
        issue=IssueId(row.issue),
        name=row.name,
        stage=row.stage,
        state=StageState(row.state),
        recipe=row.recipe,
        error=row.error,
        message=row.message,
        seconds=row.seconds,
        sequence=row.sequence,
        attempts=row.attempts,
        at=aware(row.at),
        run=row.run,
    )


def _values(row: LedgerRow, at: datetime, run: int | None) -> dict[str, object]:
    return {
        "issue": str(row.issue),
        "name": row.name,
        "stage": row.stage,
        "sequence": row.sequence,
        "state": str(row.state),
        "attempts": 1,
        "recipe": row.recipe,
        "error": row.error,
        "message": row.message,
        "seconds": row.seconds,
        "at": row.at or at,
        "run": run,
    }


def _insert(session: Session, table: type) -> Any:  # noqa: ANN401 - one of two dialects' Insert
    dialect = session.get_bind().dialect.name  # its module is imported by the engine already
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)

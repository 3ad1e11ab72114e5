"""What the database says of itself: whether its pages, indexes and references are sound."""

from __future__ import annotations

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from archive.catalog.connect import reading
from archive.catalog.tables import Base
from schemas.errors import ArchiveError, CatalogError

_REMEDY = "restore it from a backup"
_DAMAGE = ("58", "XX")
"""Classes of PostgreSQL's SQLSTATE: a file of the server is gone, data or an index is corrupted."""

_INDEXES = text(
    "SELECT bt_index_check(pg_index.indexrelid::regclass, true) FROM pg_index "
    "JOIN pg_class ON pg_class.oid = pg_index.indexrelid "
    "JOIN pg_am ON pg_am.oid = pg_class.relam AND pg_am.amname = 'btree' "
    "WHERE pg_index.indrelid = ANY(CAST(:tables AS regclass[]))"
)


def check_integrity(engine: Engine) -> None:
    """Ask the database whether it is sound.

    SQLite has a command for it. In PostgreSQL every row is read in full, which has the server check
    its pages, and their checksums where it keeps them; where the extension ``amcheck`` is
    installed, indexes are compared with their tables.

    Raises:
        CatalogError: it is damaged.
        SystemicError: the database went away.
    """
    try:
        with reading(engine) as session:
            if engine.dialect.name == "sqlite":
                _check_sqlite(session)
            else:
                _read_postgresql(session)
    except ArchiveError as error:
        if not _is_damage(error.__cause__):
            raise
        raise CatalogError(f"{error}; {_REMEDY}") from error


def _is_damage(cause: BaseException | None) -> bool:
    original = cause.orig if isinstance(cause, DBAPIError) else None
    return str(getattr(original, "sqlstate", None) or "").startswith(_DAMAGE)


def _check_sqlite(session: Session) -> None:
    verdict = session.scalar(text("PRAGMA integrity_check"))
    orphans = session.execute(text("PRAGMA foreign_key_check")).all()
    if verdict != "ok" or orphans:
        fault = verdict if verdict != "ok" else f"{len(orphans)} rows without their issue"
        raise CatalogError(f"catalog: damaged ({fault}); {_REMEDY}")


def _read_postgresql(session: Session) -> None:
    names = [table.name for table in Base.metadata.sorted_tables]
    for name in names:
        session.execute(text(f'SELECT sum(length(part::text)) FROM "{name}" part'))
    if session.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'")):
        session.execute(_INDEXES, {"tables": names})

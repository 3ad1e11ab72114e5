"""Engines that do not lose updates, and the schema they find."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.orm import Session

from archive.catalog.shown_url import shown_url
from schemas.errors import ArchiveError, CatalogError, SystemicError, is_systemic

REVISION = "0009"
"""The newest revision of ``migrations``. A catalog that has it is opened without Alembic, whose
import takes longer than most questions to the catalog."""
_VERSIONS = "alembic_version"
"""The table in which Alembic keeps the revision."""
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
_BUSY_MS = 30_000
_BUSY_STEP_S = 0.02
_UPGRADE_LOCK = 7_310_871
"""Key of the PostgreSQL advisory lock that lets one process at a time change the schema."""
_REMEDIES = {
    sqlite3.SQLITE_BUSY: "wait for the program that holds it, and start again",
    sqlite3.SQLITE_CANTOPEN: "make the file and its folder readable and writable",
    sqlite3.SQLITE_FULL: "free some of the disk, and start again",
    sqlite3.SQLITE_IOERR: "see to the disk, and start again",
    sqlite3.SQLITE_READONLY: "make the disk, the folder and the file writable",
}
"""What helps against faults of the machine, by SQLite's primary result codes."""
_LAST_PORT = 65_535
_READING = "catalog_reading"
"""Execution option of connections that only read."""


def connect(url: str) -> Engine:
    """Return an engine at ``url`` whose schema is the newest; make or upgrade it if needed.

    Raises:
        CatalogError: not a database, not a catalog, or made by a newer Bilderbogen.
        SystemicError: the disk is full, read-only or broken, or no server answers.
    """
    place = _place(url)
    try:
        engine = _engine(place)
        _bring_up(engine, _shown(place))
    except OSError as error:
        if is_systemic(error):
            raise SystemicError(f"{_shown(place)}: {error}; see to the disk") from error
        raise CatalogError(f"{_shown(place)}: {error}; check [archive] catalog") from error
    except DatabaseError as error:
        raise _fault(place, error) from error
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One transaction that sees one state of the catalog and keeps no writer waiting.

    Raises:
        SystemicError: the disk fails or the database went away.
        CatalogError: the file is damaged.
    """
    with _told(), Session(engine.execution_options(**{_READING: True})) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """One transaction: all of it or nothing.

    Raises:
        SystemicError: the disk is full or the database went away.
        CatalogError: the rows were refused, or the file is damaged.
    """
    with _told(), Session(engine) as session, session.begin():
        yield session


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        remedy = _REMEDIES.get(_code(error), "start again")
        raise SystemicError(f"catalog: {error.orig}; nothing was changed; {remedy}") from error
    except DatabaseError as error:
        raise CatalogError(f"catalog: {error.orig}; nothing was changed") from error


def _fault(place: URL, error: DatabaseError) -> ArchiveError:
    """Return whether the machine or what ``place`` names is at fault, with what helps."""
    fault = f"{_shown(place)}: {error.orig}"
    if place.get_backend_name() == "postgresql":
        if isinstance(error, OperationalError):
            return SystemicError(f"{fault}; see to the server, or check [archive] catalog")
    else:
        code, path = _code(error), Path(place.database or "")
        may_be_made = not path.is_file() and os.access(path.parent, os.W_OK)
        if code in _REMEDIES and not (code == sqlite3.SQLITE_CANTOPEN and may_be_made):
            return SystemicError(f"{fault}; {_REMEDIES[code]}")
    return CatalogError(f"{fault}; check [archive] catalog")


def _code(error: DatabaseError) -> int:
    """Return SQLite's primary result code of ``error``, or 0."""
    code: int = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF


def _engine(place: URL) -> Engine:
    if place.drivername not in _DRIVERS:
        allowed = "sqlite:///FILE and postgresql+psycopg://USER@HOST/NAME"
        raise CatalogError(f"{_shown(place)}: not a database URL we know; allowed are {allowed}")
    if place.get_backend_name() == "postgresql":
        return create_engine(place, pool_pre_ping=True)
    if place.database and place.database != ":memory:":
        _make_room(Path(place.database))
        place = _as_it_lies(place, Path(place.database))
    engine = create_engine(place)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _make_room(path: Path) -> None:
    """Make the folder of a new catalog; refuse to make a catalog where one was lost.

    SQLite would empty the log of the lost file without a word, and with it the last transactions.
    """
    log = _log(path)
    if not path.exists() and log.exists():
        raise CatalogError(f"{path}: is gone, but its log {log.name} is not; restore a backup")
    path.parent.mkdir(parents=True, exist_ok=True)


def _as_it_lies(place: URL, path: Path) -> URL:
    """Return how to open ``path``, which may lie on a disk that is mounted read-only.

    SQLite makes a log even to read, unless it is told that nobody writes. A log that is there
    says that somebody does, or was killed: its transactions must be read too, and can be.
    """
    if not path.is_file() or _log(path).exists():
        return place
    if not os.statvfs(path.parent).f_flag & os.ST_RDONLY:
        return place  # others may write what this user may only read
    query = {**place.query, "immutable": "1", "uri": "true"}
    return place.set(database=path.resolve().as_uri(), query=query)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _set_pragmas(connection: Any, _: Any) -> None:  # noqa: ANN401 - DBAPI objects
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    _keep_log(connection)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _keep_log(connection: Any) -> None:  # noqa: ANN401 - a DBAPI object
    """Ask for the write-ahead log until it is there.

    ``busy_timeout`` does not help: SQLite refuses at once if another process is about to write a
    file that has no such log yet, as when several make the catalog together.
    """
    until = time.monotonic() + _BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_BUSY_STEP_S)
        else:
            return


def _begin(connection: Connection) -> None:
    """Take the write lock first: read-then-write under SQLite's own default loses updates."""
    is_reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _bring_up(engine: Engine, shown: str) -> None:
    with engine.execution_options(**{_READING: True}).connect() as connection:
        if _revision(connection) == REVISION:
            return
    from archive.catalog.upgrade import upgrade

    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        current = _revision(connection)  # another process may have been faster
        if current == REVISION:
            return
        if current is None and inspect(connection).get_table_names():
            raise CatalogError(f"{shown}: holds other tables and is no catalog; name another")
        try:
            upgrade(connection)
        except LookupError as error:
            raise CatalogError(
                f"{shown}: made by a newer Bilderbogen (revision {current}); update the program"
            ) from error


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS):
        return None
    return connection.scalar(text(f"SELECT version_num FROM {_VERSIONS}"))


def _place(url: str) -> URL:
    """Return the parts of ``url``; what SQLAlchemy says of a bad one may hold the password."""
    check = "check [archive] catalog"
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):
        raise CatalogError(f"{shown_url(url)}: not a database URL; {check}") from None
    if place.port is not None and not 0 < place.port <= _LAST_PORT:
        raise CatalogError(f"{shown_url(url)}: there is no port {place.port}; {check}")
    return place


def _shown(place: URL) -> str:
    return place.difference_update_query(["password"]).render_as_string(hide_password=True)

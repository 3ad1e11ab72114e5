"""Engines that do not lose updates, and the schema they find."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from schemas.errors import CatalogError

MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_MS = 30_000
_UPGRADE_LOCK = 7_310_871
"""Key of the PostgreSQL advisory lock that lets one process at a time change the schema."""


def connect(url: str) -> Engine:
    """Return an engine at ``url`` whose schema is the newest; make or upgrade it if needed.

    Raises:
        CatalogError: not a database, not a catalog, or made by a newer Bilderbogen.
    """
    try:
        engine = _engine(url)
        with engine.begin() as connection:
            _lock(connection)
            _bring_up(connection, url)
    except ArgumentError as error:
        raise CatalogError(f"{url}: not a database URL ({error})") from error
    except (OperationalError, DatabaseError) as error:
        raise CatalogError(f"{_shown(url)}: {error.orig}; check [archive] catalog") from error
    return engine


def migrations() -> Config:
    """Return Alembic's configuration; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    place = make_url(url).database
    if place and place != ":memory:":
        Path(place).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_pragmas(connection: Any, _: Any) -> None:  # noqa: ANN401 - DBAPI objects
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock first: read-then-write under SQLite's own default loses updates."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})


def _bring_up(connection: Connection, url: str) -> None:
    config = migrations()
    head = ScriptDirectory.from_config(config).get_current_head()
    current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return
    if current is None and inspect(connection).get_table_names():
        raise CatalogError(f"{_shown(url)}: holds other tables and is no catalog; name another")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise CatalogError(
            f"{_shown(url)}: made by a newer Bilderbogen (revision {current}); update the program"
        ) from error


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)

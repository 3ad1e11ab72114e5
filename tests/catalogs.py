"""Two catalogs compared: everything they hold but times and seconds."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.catalog.catalog import Catalog
from archive.catalog.rows import Base

_NOT_COMPARED = {"at", "seconds", "published_at", "first_used", "attempts", "record", "run"}
"""Columns that differ between two runs over the same pages."""


def contents(catalog: Catalog) -> str:
    """Return every row but times and seconds, in order."""
    lines = []
    with Session(catalog.engine) as session:
        for table in Base.metadata.sorted_tables:
            if table.name == "run":
                continue
            kept = [
                column
                for column in table.columns
                if column.name not in _NOT_COMPARED
                and (column.name != "id" or column.type.python_type is str)
            ]
            rows = sorted(str(tuple(row)) for row in session.execute(select(*kept)))
            lines += [f"{table.name} {row}" for row in rows]
    return "\n".join(lines)

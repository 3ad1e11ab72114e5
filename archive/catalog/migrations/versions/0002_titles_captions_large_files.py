"""Search titles in every spelling, keep where captions stand, allow files over 2 GiB."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from schemas.normalize import normalize

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ISSUE = sa.table("issue", *map(sa.column, ("slug", "title", "record", "search")))
_SIDES = ("left", "top", "right", "bottom")
_ADDED = ("kind_confidence", "caption_number", *(f"caption_{side}" for side in _SIDES))
_ILLUSTRATION = sa.table("illustration", *map(sa.column, ("id", *_ADDED)))


def upgrade() -> None:
    """Add columns (never rebuild a table: its children would go with it) and fill them."""
    op.add_column("issue", sa.Column("search", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "illustration",
        sa.Column("kind_confidence", sa.Double(), nullable=False, server_default="0"),
    )
    op.add_column(
        "illustration", sa.Column("caption_number", sa.Text(), nullable=False, server_default="")
    )
    for side in _SIDES:
        op.add_column("illustration", sa.Column(f"caption_{side}", sa.Integer(), nullable=True))
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.alter_column("file", "size_bytes", type_=sa.BigInteger())
    for slug in connection.scalars(sa.select(_ISSUE.c.slug)).all():
        _fill(connection, slug)


def _fill(connection: sa.Connection, slug: str) -> None:
    """Take what the new columns want from the issue's own record."""
    its = _ISSUE.c.slug == slug
    title, record = connection.execute(sa.select(_ISSUE.c.title, _ISSUE.c.record).where(its)).one()
    connection.execute(sa.update(_ISSUE).where(its).values(search=normalize(title)))
    for page in json.loads(record)["pages"]:
        for picture in page["description"].get("illustrations", ()):
            name = f"{slug}_{picture['page']['sequence']:04d}_i{picture['ordinal']:02d}"
            update = sa.update(_ILLUSTRATION).where(_ILLUSTRATION.c.id == name)
            connection.execute(update.values(_of(picture)))


def _of(picture: dict[str, Any]) -> dict[str, Any]:
    caption = picture.get("caption") or {}
    return {
        "kind_confidence": picture.get("kind_confidence", 0.0),
        "caption_number": caption.get("number") or "",
    } | {f"caption_{side}": caption["box"][side] if caption else None for side in _SIDES}

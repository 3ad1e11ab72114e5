"""Words divided before any letter, by any hyphen, are found: search texts are made again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from schemas.normalize import normalize

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ISSUE = sa.table("issue", *map(sa.column, ("slug", "title")))
_PAGE = sa.table("page", *map(sa.column, ("id", "issue", "text", "search")))
_PICTURE = sa.table(
    "illustration", *map(sa.column, ("id", "page", "caption", "caption_credit", "search"))
)


def upgrade() -> None:
    """Normalize texts again, those of one issue at a time: of all they would fill the memory."""
    connection = op.get_bind()
    for slug, title in connection.execute(sa.select(_ISSUE.c.slug, _ISSUE.c.title)).all():
        found_by = normalize(title)
        its = sa.select(_PAGE.c.id, _PAGE.c.text, _PAGE.c.search).where(_PAGE.c.issue == slug)
        for name, text, search in connection.execute(its).all():
            fresh = f"{found_by} {normalize(text)}".strip()
            _set(connection, _PAGE, name, search, fresh)
        own = sa.select(
            _PICTURE.c.id, _PICTURE.c.caption, _PICTURE.c.caption_credit, _PICTURE.c.search
        ).join_from(_PICTURE, _PAGE, _PICTURE.c.page == _PAGE.c.id)
        for name, caption, credit, search in connection.execute(
            own.where(_PAGE.c.issue == slug)
        ).all():
            _set(connection, _PICTURE, name, search, normalize(f"{caption} {credit}".strip()))


def _set(connection: sa.Connection, table: sa.TableClause, name: str, old: str, new: str) -> None:
    if new != old:
        connection.execute(sa.update(table).where(table.c.id == name).values(search=new))

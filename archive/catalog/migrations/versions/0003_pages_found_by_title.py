"""Find pages by their issue's title: beside an issue's large record it was slow to read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ISSUE = sa.table("issue", *map(sa.column, ("slug", "search")))
_PAGE = sa.table("page", *map(sa.column, ("id", "issue", "search")))


def upgrade() -> None:
    """Move the normalized title from the issue to its pages."""
    title = sa.select(_ISSUE.c.search).where(_ISSUE.c.slug == _PAGE.c.issue).scalar_subquery()
    found_by = sa.func.trim(title.op("||")(" ").op("||")(_PAGE.c.search))
    op.get_bind().execute(sa.update(_PAGE).values(search=found_by))
    op.drop_column("issue", "search")

"""Numbers know the version of the issue whose pages they count, and follow pages to the next."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the version: that of the issue as it is published, 0 where it is not."""
    version = sa.Column("version", sa.Integer, nullable=False, server_default="0")
    op.add_column("numbered", version)
    issue = sa.table("issue", *map(sa.column, ("slug", "version")))
    numbered = sa.table("numbered", *map(sa.column, ("issue", "version")))
    own = sa.select(issue.c.version).where(issue.c.slug == numbered.c.issue).scalar_subquery()
    op.get_bind().execute(sa.update(numbered).values(version=sa.func.coalesce(own, 0)))

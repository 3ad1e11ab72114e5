"""Illustrations keep their numbers, people decide about them, pages count known words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; number what is published already."""
    op.create_table(
        "numbered",
        sa.Column("id", sa.String(120), primary_key=True),
        sa.Column("issue", sa.String(100), nullable=False),
        sa.Column("page", sa.String(110), nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("left", sa.Double, nullable=False),
        sa.Column("top", sa.Double, nullable=False),
        sa.Column("right", sa.Double, nullable=False),
        sa.Column("bottom", sa.Double, nullable=False),
        sa.Column("is_found", sa.Boolean, nullable=False),
    )
    op.create_index("ix_numbered_issue", "numbered", ["issue"])
    op.create_table(
        "decision",
        sa.Column("illustration", sa.String(120), primary_key=True),
        sa.Column("field", sa.String(12), primary_key=True),
        sa.Column("issue", sa.String(100), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_decision_issue", "decision", ["issue"])
    continues = sa.Column("continues", sa.String(120), nullable=False, server_default="")
    op.add_column("illustration", continues)
    credit = sa.Column("caption_credit", sa.Text, nullable=False, server_default="")
    op.add_column("illustration", credit)
    op.add_column("page", sa.Column("known_words", sa.Float, nullable=True))
    _number()


def _number() -> None:
    columns = ("id", "page", "ordinal", "left", "top", "right", "bottom")
    picture = sa.table("illustration", *map(sa.column, columns))
    page = sa.table("page", *map(sa.column, ("id", "issue", "width", "height")))
    numbered = sa.table("numbered", *map(sa.column, (*columns, "issue", "is_found")))
    width, height = (sa.cast(page.c[name], sa.Double) for name in ("width", "height"))
    published = sa.select(
        picture.c.id,
        page.c.issue,
        picture.c.page,
        picture.c.ordinal,
        picture.c.left / width,
        picture.c.top / height,
        picture.c.right / width,
        picture.c.bottom / height,
        sa.true(),
    ).join_from(picture, page, picture.c.page == page.c.id)
    names = ("id", "issue", "page", "ordinal", "left", "top", "right", "bottom", "is_found")
    op.get_bind().execute(sa.insert(numbered).from_select(list(names), published))

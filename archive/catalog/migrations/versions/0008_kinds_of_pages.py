"""Pages have a kind: blank, cover, target, text, illustrated, plate or advertisement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; pages that were published before have no kind."""
    kind = sa.Column("kind", sa.String(14), nullable=False, server_default="")
    op.add_column("page", kind)

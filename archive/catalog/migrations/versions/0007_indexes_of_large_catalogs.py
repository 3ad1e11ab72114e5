"""What a run wrote and the pages read least surely are found without reading every row."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_ledger_at", "ledger", ["at"])
    op.create_index("ix_page_confidence", "page", ["confidence"])

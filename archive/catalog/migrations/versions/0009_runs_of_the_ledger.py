"""What a run did is known by its number: clocks may be set back, and differ between machines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; rows written before belong to no run."""
    op.add_column("ledger", sa.Column("run", sa.Integer(), nullable=True))
    op.create_index("ix_ledger_run", "ledger", ["run"])

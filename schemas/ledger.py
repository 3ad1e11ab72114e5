"""The ledger: one row for every page and stage, in one of the states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.model import IssueId


class StageState(StrEnum):
    """How a page left a stage.

    Empty: looked, and found nothing; that is no failure. Doubtful: done, and a person should look.
    """

    DONE = "done"
    EMPTY = "empty"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    DOUBTFUL = "doubtful"

    @property
    def is_bad(self) -> bool:
        """Whether a person should look."""
        return self in (StageState.FAILED, StageState.QUARANTINED, StageState.DOUBTFUL)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One page in one stage. ``name`` is the page's id, or the file's name if it got no id."""

    issue: IssueId
    name: str
    stage: str
    state: StageState
    recipe: str = ""
    error: str = ""
    message: str = ""
    seconds: float = 0.0
    sequence: int | None = None
    attempts: int = 1
    at: datetime | None = None
    run: int | None = None

    @property
    def content(self) -> tuple[str, str, StageState, str, str, str]:
        """The fields that say the same, whenever and however often the entry was written."""
        return (self.name, self.stage, self.state, self.recipe, self.error, self.message)

    def facts(self) -> dict[str, str]:
        """Return the fields that machine-readable output gives for a page that needs a person."""
        return {
            "issue": str(self.issue),
            "name": self.name,
            "stage": self.stage,
            "state": str(self.state),
            "message": self.message,
        }

"""What came of a run, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from archive.upkeep.fixity import Damage
from schemas.ledger import LedgerRow
from schemas.model import IssueId
from tasks.exits import Exit
from tasks.flow.ingest import Intake


@dataclass(frozen=True, slots=True)
class RunResult:
    """One run.

    ``known_bad`` are the bad pages of its issues, ``done`` the part of the ledger that this run
    wrote, ``failures`` the issues that were not published and why, ``damages`` the files that the
    night read again and that have changed.
    """

    number: int
    started: datetime
    seconds: float
    intake: Intake
    issues: tuple[IssueId, ...]
    known_bad: tuple[LedgerRow, ...]
    done: tuple[LedgerRow, ...]
    failures: Mapping[str, str]
    damages: tuple[Damage, ...] = ()

    @property
    def name(self) -> str:
        """Name of the run's report: its number tells apart what a clock set back would not."""
        return f"{self.started:%Y%m%dT%H%M%SZ}-{self.number}"

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to tell: nothing done, nothing failed, nothing refused."""
        return not (self.done or self.failures or self.intake.refused or self.damages)

    def bad(self) -> tuple[LedgerRow, ...]:
        """The pages a person should look at, of this run's work if it did any."""
        if not self.done:
            return self.known_bad
        return tuple(row for row in self.done if row.state.is_bad)

    def verdict(self) -> Exit:
        """Return 1 when this run met bad pages, 0 when it did not or had nothing to do."""
        met = any(row.state.is_bad for row in self.done)
        is_bad = met or self.failures or self.intake.refused or self.damages
        return Exit.PAGES if is_bad else Exit.GOOD

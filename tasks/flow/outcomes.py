"""How pages leave a stage: what is written beside their files, dropped, and told the ledger."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from archive.layout import page_name
from archive.store import write_whole
from schemas.codec import from_json, to_json
from schemas.errors import ArchiveError, DocumentError, ProcessDiedError
from schemas.ledger import LedgerRow, StageState
from schemas.model import PageId
from tasks.flow.issue import PageOutcome
from tasks.flow.page_files import OUTCOME, TRIED, PageFiles

_log = logging.getLogger(__name__)


class StageOutcomes(PageFiles):
    """The outcomes of one stage of an issue, a file a page, and the list of them."""

    suffix: ClassVar[str] = ""

    def fail(self, page: PageId, error: ArchiveError) -> None:
        """Write down that ``page`` could not be made, and why."""
        message, attempts = _plain(str(error)), 0
        if isinstance(error, ProcessDiedError):
            attempts = self._attempts(page) + 1
            if attempts >= self.settings.run.attempts:
                again = f"bilderbogen rerun {page.issue} --page {page.sequence}"
                message = f"{message}; died in {attempts} runs, not tried again until {again}"
        failed = PageOutcome(
            page.sequence, StageState.FAILED, type(error).__name__, message, attempts=attempts
        )
        self._write(page, failed)
        _log.info("page failed", extra=self._fields(page) | {"reason": failed.message})

    def _fields(self, page: PageId) -> dict[str, str]:
        """Fields of a log line about ``page``."""
        return {"issue": self.issue, "page": str(page), "stage": self.stage}

    def target(self, page: PageId) -> Path:
        """This stage's file or folder for ``page``."""
        return self.made_by(self.stage, page, self.suffix)

    def outcome(self, page: PageId) -> PageOutcome:
        """How ``page`` left this stage."""
        return self.outcome_in(self.stage, page)

    def is_settled(self, page: PageId) -> bool:
        """Say whether ``page`` has left this stage, done or failed; a damaged outcome is none."""
        try:
            self.outcome(page)
        except (FileNotFoundError, DocumentError):
            return False
        return True

    def forget(self, pages: Iterable[PageId], *, keeps_attempts: bool = False) -> None:
        """Drop outcomes and list, so that ``pages`` are built again by the next run.

        With ``keeps_attempts`` it is not forgotten in how many runs their process has died.
        """
        self._list.unlink(missing_ok=True)
        for page in pages:
            outcome, tried = self._outcome(page), self.made_by(self.stage, page, TRIED)
            if not keeps_attempts:
                outcome.unlink(missing_ok=True)
                tried.unlink(missing_ok=True)
                self._forget_earlier(page)
            elif outcome.exists():
                outcome.replace(tried)

    def _forget_earlier(self, page: PageId) -> None:
        """Drop what earlier versions have of ``page``: it would be taken over, not built."""
        for version in range(1, self.record.version):
            folder = self.layout.pages(
                self.stage, self.recipe_of(self.stage), self.issue_id, version
            )
            (folder / page_name(page, OUTCOME)).unlink(missing_ok=True)

    def _attempts(self, page: PageId) -> int:
        """In how many runs before this one the process of ``page`` has died."""
        path = self.made_by(self.stage, page, TRIED)
        try:
            return from_json(PageOutcome, path.read_bytes(), name=str(path)).attempts
        except (FileNotFoundError, DocumentError):
            return 0

    @property
    def _list(self) -> Path:
        recipe = self.recipe_of(self.stage)
        return self.layout.done(self.stage, recipe, self.issue_id, self.record.version)

    def _outcome(self, page: PageId) -> Path:
        return self.made_by(self.stage, page, OUTCOME)

    def _write(self, page: PageId, outcome: PageOutcome) -> None:
        write_whole(self._outcome(page), to_json(outcome))
        if not outcome.attempts:
            self.made_by(self.stage, page, TRIED).unlink(missing_ok=True)

    def ledger_rows(self, pages: Iterable[PageId]) -> list[LedgerRow]:
        """What the ledger says of ``pages``, which have left this stage."""
        return [self._ledger_row(page, self.outcome(page)) for page in pages]

    def untold(self, rows: Iterable[LedgerRow]) -> list[LedgerRow]:
        """Those of ``rows`` that the ledger does not have, or that say something else there."""
        known = {row.content for row in self.catalog.ledger(self.issue_id, stage=self.stage)}
        return [row for row in rows if row.content not in known]

    def _ledger_row(self, page: PageId, outcome: PageOutcome) -> LedgerRow:
        is_given_up = outcome.attempts >= self.settings.run.attempts
        return LedgerRow(
            issue=self.issue_id,
            name=str(page),
            sequence=page.sequence,
            stage=self.stage,
            state=StageState.QUARANTINED if is_given_up else outcome.state,
            recipe=self.recipe_of(self.stage),
            error=outcome.error,
            message=outcome.message,
        )


def _plain(message: str) -> str:
    return " ".join(message.split())

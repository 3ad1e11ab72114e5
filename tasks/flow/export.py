"""Export: the package of a published issue, and the task that says whether a person is needed."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from archive.store import is_draft
from schemas.errors import PageError, PagesFailedError
from schemas.ledger import LedgerRow
from tasks.flow.issue import IssueTask
from tasks.flow.packages import export_package
from tasks.flow.publish import Publish


class Export(IssueTask):
    """Write the issue's package: masters, cut-outs, ALTO and METS."""

    stage = "export"

    @property
    def _target(self) -> Path:
        return self.layout.export(self.issue_id, self.edition_name())

    def complete(self) -> bool:
        """The package is there, and the issue is published as it should be."""
        is_published = self.clone(Publish).complete()
        return not self.is_due and is_published and self._target.is_dir()

    def run(self) -> None:
        """Write the package whole, then drop older ones."""
        started = time.monotonic()
        self.mark_due()
        published = self.catalog.published(self.issue_id)
        if published is None:
            raise ValueError(f"{self.issue}: exported before it was published")
        self.made = self.named("".join(published.edition.split("-")[2:]))
        export_package(published, self.layout, self._target, self.settings)
        for folder in self.layout.exports(self.issue_id).iterdir():
            if folder != self._target and not is_draft(folder):
                shutil.rmtree(folder)
        self.enter_all_pages(time.monotonic() - started)
        self.unmark_due()


class Finish(IssueTask):
    """Complete when the issue is exported and no page of it failed.

    For plain Luigi, whose exit code then says whether a person should look.
    """

    stage = "finish"

    def requires(self) -> Export:
        """An exported issue."""
        return self.clone(Export)

    def complete(self) -> bool:
        """Ask the ledger."""
        return self.clone(Export).complete() and not self._bad()

    def run(self) -> None:
        """Fail, naming the pages that failed."""
        bad = self._bad()
        if bad:
            raise PagesFailedError({row.name: PageError(row.message) for row in bad})

    def _bad(self) -> tuple[LedgerRow, ...]:
        return self.catalog.progress.bad([self.issue_id])

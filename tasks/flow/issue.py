"""What every task of an issue shares: its record, its configuration, the catalog."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import ClassVar

import luigi
from luigi.task_register import Register

from archive.catalog.catalog import Catalog
from archive.layout import Layout
from archive.records import read_issue
from archive.store import write_whole
from schemas.codec import from_json
from schemas.errors import ArchiveError, ConfigError, DocumentError
from schemas.ledger import LedgerRow, StageState
from schemas.model import Issue, IssueId, PageId
from tasks.archive_access import open_catalog
from tasks.config_file import load
from tasks.flow.graph import stage_of
from tasks.flow.progress import progress
from tasks.flow.recipes import recipe
from tasks.flow.run_number import run_number
from tasks.settings import ArchiveSettings, Settings


@dataclass(frozen=True, slots=True)
class PageOutcome:
    """How one page left one stage.

    ``digests`` are the SHA-256 of the files it left, by their names in the page's folder; the name
    of a page's only file is empty. Outcomes of older releases have none. ``attempts`` counts the
    runs in which the page's process died.
    """

    sequence: int
    state: StageState
    error: str = ""
    message: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 0


class IssueTask(luigi.Task):
    """Something done to one issue under one configuration."""

    task_namespace = "bilderbogen"

    issue: str = luigi.Parameter()
    config: Path = luigi.PathParameter(default=Path("config.ini"), significant=False)

    stage: ClassVar[str]
    made: str = ""
    """The edition that this task made in this run."""

    @property
    def issue_id(self) -> IssueId:
        """The issue as a checked identifier."""
        return IssueId(self.issue)

    @cached_property
    def settings(self) -> Settings:
        """The configuration this task was given."""
        return load(Path(self.config))

    @cached_property
    def layout(self) -> Layout:
        """Where this task's files live."""
        return Layout(self.settings.archive.root)

    @cached_property
    def record(self) -> Issue:
        """The issue as it was ingested last.

        Raises:
            ConfigError: there is no such issue.
        """
        record = read_issue(self.layout, self.issue_id)
        if record is None:
            raise ConfigError(f"{self.issue}: no such issue in {self.layout.root}; ingest it first")
        return record

    @property
    def catalog(self) -> Catalog:
        """The catalog named in config.ini; opened after any fork."""
        return _catalog(self.settings.archive, os.getpid())

    def requires(self) -> Sequence[luigi.Task] | luigi.Task:
        """The stages this one needs, as the table of stages says."""
        return [self.task_of(need) for need in stage_of(self.stage).needs]

    def task_of(self, stage: str) -> luigi.Task:
        """The task of ``stage`` on this issue under this configuration; Luigi knows its class."""
        return self.clone(Register.get_task_cls(f"{self.task_namespace}.{stage.capitalize()}"))

    def recipe_of(self, stage: str) -> str:
        """Name of the recipe of ``stage`` under this task's settings."""
        return recipe(self.settings, stage)

    def edition_name(self) -> str:
        """Return version and recipe of this stage, and a digest of what people decided.

        What this run has made keeps its name to the end of the run, whatever people decide
        meanwhile; the next run sees that.
        """
        return self.made or self.named(self.catalog.decisions.digest(self.issue_id))

    def named(self, decided: str) -> str:
        """Return the name of an edition in which the decisions with the digest ``decided`` are."""
        name = f"v{self.record.version:03d}-{self.recipe_of(self.stage)}"
        return f"{name}-{decided}" if decided else name

    @property
    def is_due(self) -> bool:
        """Say whether somebody wants this stage done again."""
        return self.layout.due(self.issue_id, self.stage).exists()

    def mark_due(self) -> None:
        """Write down that this stage is not done, whatever it leaves if it is killed."""
        write_whole(self.layout.due(self.issue_id, self.stage), b"")

    def unmark_due(self) -> None:
        """Write down that this stage was done again."""
        self.layout.due(self.issue_id, self.stage).unlink(missing_ok=True)

    def enter_all_pages(self, wall_s: float, doubts: Mapping[PageId, str] | None = None) -> None:
        """Write into the ledger that every page of the issue went through this stage.

        ``wall_s`` are the seconds that it took, shared out among the pages. ``doubts`` are the
        pages that a person should look at, with the reason.
        """
        reasons = doubts or {}
        rows = [
            LedgerRow(
                issue=self.issue_id,
                name=str(scan.page),
                sequence=scan.page.sequence,
                stage=self.stage,
                state=StageState.DOUBTFUL if scan.page in reasons else StageState.DONE,
                recipe=self.recipe_of(self.stage),
                message=reasons.get(scan.page, ""),
                seconds=wall_s / len(self.record.scans),
            )
            for scan in self.record.scans
        ]
        self.catalog.record(rows, run=run_number())
        progress().finished(self.issue, self.stage, rows, wall_s)

    def outcomes_of(self, stage: str) -> tuple[PageOutcome, ...]:
        """The finished list of ``stage``.

        Raises:
            ArchiveError: another run has dropped it.
        """
        path = self.layout.done(stage, self.recipe_of(stage), self.issue_id, self.record.version)
        try:
            return from_json(tuple[PageOutcome, ...], path.read_bytes(), name=str(path))
        except FileNotFoundError as error:
            raise ArchiveError(f"{self.issue}: another run dropped {stage}; start again") from error
        except DocumentError as error:  # it says what the outcomes of the pages say
            path.unlink(missing_ok=True)
            raise ArchiveError(f"{error}; it was dropped, start again") from error


@lru_cache(maxsize=4)
def _catalog(settings: ArchiveSettings, process: int) -> Catalog:
    """Open a catalog once in each process: an engine does not survive a fork."""
    del process
    return open_catalog(settings)

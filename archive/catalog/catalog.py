"""The questions and statements the rest of the program may make. One method each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, select

from archive.catalog.connect import connect, reading, writing
from archive.catalog.decisions import Decisions, enter_numbers
from archive.catalog.entries import enter, enter_intake, enter_models, hold, ledger_row
from archive.catalog.integrity import check_integrity
from archive.catalog.progress import Progress
from archive.catalog.rows import aware, event_of, file_of, issue_row, rows_of
from archive.catalog.search import find_query, issues_query
from archive.catalog.tables import (
    EventRow,
    FileRow,
    IllustrationRow,
    IssueRow,
    LedgerTableRow,
    PageRow,
    RunRow,
)
from schemas.catalog_queries import FoundIllustration, KnownIssue, Run
from schemas.codec import from_json
from schemas.event import Event
from schemas.ledger import LedgerRow, StageState
from schemas.model import IssueId
from schemas.published import PublishedFile, PublishedIssue


@dataclass(frozen=True, slots=True)
class Catalog:
    """The catalog at one URL. Make it after a fork, never before.

    Every method may raise SystemicError (the disk is full, the database went away) and
    CatalogError (rows were refused, the file is damaged); nothing is changed then.
    """

    engine: Engine

    @classmethod
    def open(cls, url: str) -> Catalog:
        """Open the catalog at an SQLAlchemy ``url``; make or upgrade its tables if needed.

        Raises:
            CatalogError: no catalog can be had there.
        """
        return cls(connect(url))

    @property
    def decisions(self) -> Decisions:
        """What outlives an edition: numbers of illustrations, and what people decided."""
        return Decisions(self.engine)

    @property
    def progress(self) -> Progress:
        """How far issues have come, and what a person should look at."""
        return Progress(self.engine)

    # ---- publishing

    def publish(self, published: PublishedIssue) -> None:
        """Replace everything known of the issue, in one transaction; the ledger stays."""
        at = datetime.now(UTC)
        issue = published.issue.issue
        events = [*published.events, *(e for page in published.pages for e in page.events)]
        with writing(self.engine) as session:
            hold(session, issue)
            session.execute(delete(IssueRow).where(IssueRow.slug == str(issue)))
            session.add(issue_row(published, at))
            session.flush()
            for row in rows_of(published):
                session.add(row)
                if isinstance(row, PageRow):
                    session.flush()  # children name their page by its id
            enter_models(session, (event.agent for event in events), at)
            enter_numbers(session, issue, published.numbers, published.issue.version)

    def edition_of(self, issue: IssueId) -> str | None:
        """Return the published edition of ``issue``, or None."""
        with reading(self.engine) as session:
            return session.scalar(select(IssueRow.edition).where(IssueRow.slug == str(issue)))

    def issues(self) -> tuple[KnownIssue, ...]:
        """Return every published issue in one line, by date."""
        with reading(self.engine) as session:
            return tuple(
                KnownIssue(IssueId(slug), title, date, edition, pages, pictures, aware(at))
                for slug, title, date, edition, pages, pictures, at in session.execute(
                    issues_query()
                )
            )

    def published(self, issue: IssueId) -> PublishedIssue | None:
        """Return the issue as it was published, or None."""
        with reading(self.engine) as session:
            record = session.scalar(select(IssueRow.record).where(IssueRow.slug == str(issue)))
        if record is None:
            return None
        return from_json(PublishedIssue, record.encode(), name=f"catalog: {issue}")

    def files(self, issue: IssueId | None = None) -> tuple[PublishedFile, ...]:
        """Return the files of ``issue``, or of all issues, in order."""
        query = select(FileRow).order_by(FileRow.subject, FileRow.use, FileRow.path)
        if issue is not None:
            query = query.where(FileRow.issue == str(issue))
        with reading(self.engine) as session:
            return tuple(file_of(row) for row in session.scalars(query))

    def events(self, issue: IssueId) -> tuple[tuple[str, Event], ...]:
        """Return what was done to ``issue`` and its pages, each with its subject, in order."""
        query = select(EventRow).where(EventRow.issue == str(issue)).order_by(EventRow.id)
        with reading(self.engine) as session:
            return tuple((row.subject, event_of(row)) for row in session.scalars(query))

    # ---- the ledger

    def record(
        self, rows: Sequence[LedgerRow], *, run: int | None = None, is_tried: bool = True
    ) -> None:
        """Write ledger rows of the run ``run``; a page that comes again counts one attempt more.

        With ``is_tried`` false nothing was done to the pages: attempts, seconds, time and run stay.
        """
        with writing(self.engine) as session:
            enter(session, rows, datetime.now(UTC), run, is_tried=is_tried)

    def record_intake(
        self, issue: IssueId, rows: Sequence[LedgerRow], *, run: int | None = None
    ) -> None:
        """Make the ``ingest`` rows of ``issue`` those of ``rows``, and drop rows of lost pages.

        What did not change stays as it was, so that this can be asked for every night.
        """
        with writing(self.engine) as session:
            enter_intake(session, issue, rows, datetime.now(UTC), run)

    def ledger(
        self,
        issue: IssueId | None = None,
        *,
        stage: str | None = None,
        state: StageState | None = None,
        runs: Collection[int] | None = None,
    ) -> tuple[LedgerRow, ...]:
        """Return ledger rows, those that ``runs`` wrote last, in order of issue, stage and page."""
        query = select(LedgerTableRow).order_by(
            LedgerTableRow.issue, LedgerTableRow.stage, LedgerTableRow.name
        )
        if issue is not None:
            query = query.where(LedgerTableRow.issue == str(issue))
        if stage is not None:
            query = query.where(LedgerTableRow.stage == stage)
        if state is not None:
            query = query.where(LedgerTableRow.state == str(state))
        if runs is not None:
            query = query.where(LedgerTableRow.run.in_(runs))
        with reading(self.engine) as session:
            return tuple(ledger_row(row) for row in session.scalars(query))

    def forget(self, issue: IssueId, stages: Iterable[str], names: Iterable[str]) -> None:
        """Drop the ledger rows of pages that are to be done again."""
        with writing(self.engine) as session:
            session.execute(
                delete(LedgerTableRow).where(
                    LedgerTableRow.issue == str(issue),
                    LedgerTableRow.stage.in_(list(stages)),
                    LedgerTableRow.name.in_(list(names)),
                )
            )

    # ---- searching

    def find(
        self,
        words: str,
        *,
        kind: str | None = None,
        issue: str | None = None,
        since: str | None = None,
        limit: int = 50,
    ) -> tuple[FoundIllustration, ...]:
        """Return illustrations whose caption, issue or page text has every word of ``words``.

        Old and new spellings meet (``schemas.normalize``); captions come before page text.
        ``since`` is a year, month or day: 1871, 1871-03; issues without a date are left out then.
        """
        query = find_query(words, kind=kind, issue=issue, since=since, limit=limit)
        with reading(self.engine) as session:
            return tuple(FoundIllustration(*row) for row in session.execute(query))

    def least_sure(
        self, *, issues: Collection[IssueId] | None = None, limit: int
    ) -> tuple[tuple[str, float, float | None], ...]:
        """Return the published pages of ``issues``, or of all, that were read least surely, 0..1.

        The third figure is the share of their words that dictionaries have, or None.
        """
        query = (
            select(PageRow.id, PageRow.confidence, PageRow.known_words)
            .where(PageRow.confidence.is_not(None))
            .order_by(PageRow.confidence, PageRow.id)
            .limit(limit)
        )
        if issues is not None:
            query = query.where(PageRow.issue.in_([str(issue) for issue in issues]))
        with reading(self.engine) as session:
            rows = session.execute(query)
            return tuple((page, float(sure or 0), known) for page, sure, known in rows)

    def duplicate_groups(self, *, max_distance: int) -> tuple[tuple[str, ...], ...]:
        """Return illustrations that look alike, directly or through others, as groups; by name.

        ``max_distance`` is in bits of the perceptual hash, 0 to 64.
        """
        from archive.catalog.likeness import alike_groups  # numpy, for this question alone

        return alike_groups(self._hashes(), max_distance=max_distance)

    def _hashes(self) -> Iterator[tuple[str, str]]:
        known = select(IllustrationRow.id, IllustrationRow.perceptual_hash)
        with reading(self.engine) as session:
            yield from session.execute(known.where(IllustrationRow.perceptual_hash != ""))

    # ---- runs

    def begin_run(self, command: str) -> int:
        """Write down that a run began; return its number."""
        with writing(self.engine) as session:
            row = RunRow(command=command, started=datetime.now(UTC), ended=None, outcome="")
            session.add(row)
            session.flush()
            return row.id

    def end_run(self, number: int, outcome: str) -> None:
        """Write down how a run ended: its exit code, or the error that stopped it."""
        with writing(self.engine) as session:
            row = session.get_one(RunRow, number)
            row.ended, row.outcome = datetime.now(UTC), outcome

    def last_runs(self, limit: int = 10) -> tuple[Run, ...]:
        """Return the newest runs, newest first."""
        query = select(RunRow).order_by(RunRow.id.desc()).limit(limit)
        with reading(self.engine) as session:
            return tuple(
                Run(r.id, r.command, aware(r.started), r.ended and aware(r.ended), r.outcome)
                for r in session.scalars(query)
            )

    # ---- upkeep

    def check(self) -> None:
        """Ask the database whether it is sound.

        Raises:
            CatalogError: it says no.
        """
        check_integrity(self.engine)

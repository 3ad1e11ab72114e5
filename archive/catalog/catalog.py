"""The questions and statements the rest of the program may make. One method each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Engine, delete, func, select, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from archive.catalog.connect import connect
from archive.catalog.rows import issue_row, rows_of
from archive.catalog.tables import (
    Base,
    FileRow,
    IllustrationRow,
    IssueRow,
    LedgerTableRow,
    ModelRow,
    PageRow,
    RunRow,
)
from schemas.codec import from_json
from schemas.errors import CatalogError, SystemicError
from schemas.ledger import LedgerRow, StageState
from schemas.model import IssueId
from schemas.normalize import normalize
from schemas.published import PublishedFile, PublishedIssue


@dataclass(frozen=True, slots=True)
class Found:
    """An illustration that answers a search."""

    illustration: str
    issue: str
    title: str
    date: str
    page: int
    caption: str
    kind: str
    edition: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """The catalog at one URL. Make it after a fork, never before."""

    engine: Engine

    @classmethod
    def open(cls, url: str) -> Catalog:
        """Open the catalog at an SQLAlchemy ``url``; make or upgrade its tables if needed.

        Raises:
            CatalogError: no catalog can be had there.
        """
        return cls(connect(url))

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """One transaction: all of it or nothing.

        Raises:
            SystemicError: the disk is full or the database went away.
            CatalogError: the rows were refused.
        """
        try:
            with Session(self.engine) as session, session.begin():
                yield session
        except OperationalError as error:
            raise SystemicError(f"catalog: {error.orig}; nothing was changed") from error
        except DatabaseError as error:
            raise CatalogError(f"catalog: rows were refused: {error.orig}") from error

    # ---- publishing

    def publish(self, published: PublishedIssue) -> None:
        """Replace everything known of the issue, in one transaction; the ledger stays.

        Raises:
            CatalogError: the rows were refused.
            SystemicError: the disk is full or the database went away.
        """
        at = datetime.now(UTC)
        slug = str(published.issue.issue)
        with self._writing() as session:
            session.execute(delete(IssueRow).where(IssueRow.slug == slug))
            session.add(issue_row(published, at))
            session.flush()
            for row in rows_of(published):
                session.add(row)
                if isinstance(row, PageRow):
                    session.flush()  # children name their page by its id
            for agent in {e.agent for page in published.pages for e in page.events}:
                if session.get(ModelRow, agent) is None:
                    session.add(ModelRow(name=agent, first_used=at))

    def withdraw(self, issue: IssueId) -> None:
        """Take the issue out of the catalog; the ledger stays."""
        with self._writing() as session:
            session.execute(delete(IssueRow).where(IssueRow.slug == str(issue)))

    def edition_of(self, issue: IssueId) -> str | None:
        """Return the published edition of ``issue``, or None."""
        with Session(self.engine) as session:
            return session.scalar(select(IssueRow.edition).where(IssueRow.slug == str(issue)))

    def published(self, issue: IssueId) -> PublishedIssue | None:
        """Return the issue as it was published, or None."""
        with Session(self.engine) as session:
            record = session.scalar(select(IssueRow.record).where(IssueRow.slug == str(issue)))
        if record is None:
            return None
        return from_json(PublishedIssue, record.encode(), name=f"catalog: {issue}")

    def files(self, issue: IssueId | None = None) -> tuple[PublishedFile, ...]:
        """Return the files of ``issue``, or of all issues, in order."""
        query = select(FileRow).order_by(FileRow.subject, FileRow.use, FileRow.path)
        if issue is not None:
            query = query.where(FileRow.issue == str(issue))
        with Session(self.engine) as session:
            return tuple(
                PublishedFile(
                    r.use, r.subject, r.path, r.mimetype, r.sha256, r.size_bytes, r.width, r.height
                )
                for r in session.scalars(query)
            )

    # ---- the ledger

    def record(self, rows: Sequence[LedgerRow]) -> None:
        """Write ledger rows; a page that comes again counts one attempt more."""
        at = datetime.now(UTC)
        with self._writing() as session:
            for row in rows:
                key = (str(row.issue), row.name, row.stage)
                known = session.get(LedgerTableRow, key, with_for_update=True)
                if known is None:
                    known = LedgerTableRow(issue=key[0], name=key[1], stage=key[2], attempts=0)
                    session.add(known)
                known.attempts += 1
                known.sequence, known.state = row.sequence, str(row.state)
                known.recipe, known.error, known.message = row.recipe, row.error, row.message
                known.seconds, known.at = row.seconds, row.at or at

    def ledger(
        self, issue: IssueId | None = None, *, since: datetime | None = None
    ) -> tuple[LedgerRow, ...]:
        """Return ledger rows in order of issue, stage and page."""
        query = select(LedgerTableRow).order_by(
            LedgerTableRow.issue, LedgerTableRow.stage, LedgerTableRow.name
        )
        if issue is not None:
            query = query.where(LedgerTableRow.issue == str(issue))
        if since is not None:
            query = query.where(LedgerTableRow.at >= since)
        with Session(self.engine) as session:
            return tuple(_ledger_row(row) for row in session.scalars(query))

    def forget(self, issue: IssueId, stages: Iterable[str], names: Iterable[str]) -> None:
        """Drop the ledger rows of pages that are to be done again."""
        with self._writing() as session:
            session.execute(
                delete(LedgerTableRow).where(
                    LedgerTableRow.issue == str(issue),
                    LedgerTableRow.stage.in_(list(stages)),
                    LedgerTableRow.name.in_(list(names)),
                )
            )

    # ---- searching

    def find(
        self, words: str, *, kind: str | None = None, issue: str | None = None, limit: int = 50
    ) -> tuple[Found, ...]:
        """Return illustrations whose caption, issue or page text has every word of ``words``.

        Old and new spellings meet (``schemas.normalize``); captions come before page text.
        """
        conditions: list[ColumnElement[bool]] = []
        for word in normalize(words).split():
            like = f"%{_escaped(word)}%"
            conditions.append(
                IllustrationRow.search.like(like, escape="!")
                | PageRow.search.like(like, escape="!")
                | func.lower(IssueRow.title).like(like, escape="!")
            )
        if kind:
            conditions.append(IllustrationRow.kind == kind)
        if issue:
            conditions.append(IssueRow.slug == issue)
        first = normalize(words).split()[:1]
        rank = IllustrationRow.search.like(f"%{_escaped(first[0])}%", escape="!") if first else None
        query = (
            select(IllustrationRow, PageRow, IssueRow)
            .join(PageRow, IllustrationRow.page == PageRow.id)
            .join(IssueRow, PageRow.issue == IssueRow.slug)
            .where(*conditions)
            .limit(limit)
        )
        query = query.order_by(rank.desc()) if rank is not None else query
        query = query.order_by(IssueRow.date, IllustrationRow.id)
        with Session(self.engine) as session:
            return tuple(
                Found(i.id, s.slug, s.title, s.date, p.sequence, i.caption, i.kind, s.edition)
                for i, p, s in session.execute(query)
            )

    # ---- runs

    def begin_run(self, command: str) -> int:
        """Write down that a run began; return its number."""
        with self._writing() as session:
            row = RunRow(command=command, started=datetime.now(UTC), ended=None, outcome="")
            session.add(row)
            session.flush()
            return row.id

    def end_run(self, number: int, outcome: str) -> None:
        """Write down how a run ended: its exit code, or the error that stopped it."""
        with self._writing() as session:
            row = session.get_one(RunRow, number)
            row.ended, row.outcome = datetime.now(UTC), outcome

    # ---- upkeep

    def dump(self) -> str:
        """Return everything but times and seconds, in order, to compare two catalogs."""
        left_out = {"at", "seconds", "published_at", "first_used", "attempts", "record"}
        lines = []
        with Session(self.engine) as session:
            for table in Base.metadata.sorted_tables:
                if table.name == "run":
                    continue
                kept = [
                    c
                    for c in table.columns
                    if c.name not in left_out | {"id"}
                    or (c.name == "id" and c.type.python_type is str)
                ]
                rows = sorted(str(tuple(row)) for row in session.execute(select(*kept)))
                lines += [f"{table.name} {row}" for row in rows]
        return "\n".join(lines)

    def check(self) -> None:
        """Ask the database whether it is sound.

        Raises:
            CatalogError: it says no.
        """
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                verdict = connection.execute(text("PRAGMA integrity_check")).scalar()
            if verdict != "ok":
                raise CatalogError(f"catalog: damaged ({verdict}); restore it from a backup")


def _ledger_row(row: LedgerTableRow) -> LedgerRow:
    return LedgerRow(
        issue=IssueId(row.issue),
        name=row.name,
        stage=row.stage,
        state=StageState(row.state),
        recipe=row.recipe,
        error=row.error,
        message=row.message,
        seconds=row.seconds,
        sequence=row.sequence,
        attempts=row.attempts,
        at=row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC),
    )


def _escaped(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")

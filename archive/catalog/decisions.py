"""What outlives an edition: numbers of illustrations and people's decisions about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from archive.catalog.connect import reading, writing
from archive.catalog.entries import hold
from archive.catalog.rows import aware
from archive.catalog.tables import DecisionRow, NumberedRow
from schemas.decisions import Decision, Field, Numbered
from schemas.errors import CatalogError
from schemas.model import IssueId, PageId


@dataclass(frozen=True, slots=True)
class Decisions:
    """Questions and statements about illustrations that were published at least once."""

    engine: Engine

    def numbers(self, issue: IssueId) -> tuple[Numbered, ...]:
        """Return every illustration of ``issue`` that has ever had a number, in order."""
        query = select(NumberedRow).where(NumberedRow.issue == str(issue)).order_by(NumberedRow.id)
        with reading(self.engine) as session:
            return tuple(_numbered(row) for row in session.scalars(query))

    def version(self, issue: IssueId) -> int:
        """Return the version of ``issue`` whose pages its numbers count; 0 if that is unknown."""
        query = select(func.max(NumberedRow.version)).where(NumberedRow.issue == str(issue))
        with reading(self.engine) as session:
            return session.scalar(query) or 0

    def follow(self, issue: IssueId, now: Mapping[str, Numbered], version: int) -> None:
        """Give the illustrations of ``issue``, by the names they had, the numbers of ``version``.

        What people decided goes with them, in one transaction.
        """
        with writing(self.engine) as session:
            hold(session, issue)
            decisions = self._decisions(session, issue)
            session.execute(delete(DecisionRow).where(DecisionRow.issue == str(issue)))
            session.execute(delete(NumberedRow).where(NumberedRow.issue == str(issue)))
            session.add_all(_row(number, issue, version) for number in now.values())
            for decision in decisions:
                number = now.get(decision.illustration)
                name = str(number) if number else decision.illustration
                session.add(_decision_row(issue, replace(decision, illustration=name)))

    def of(self, issue: IssueId) -> tuple[Decision, ...]:
        """Return what people decided about ``issue``, in order."""
        with reading(self.engine) as session:
            return self._decisions(session, issue)

    def _decisions(self, session: Session, issue: IssueId) -> tuple[Decision, ...]:
        query = (
            select(DecisionRow)
            .where(DecisionRow.issue == str(issue))
            .order_by(DecisionRow.illustration, DecisionRow.field)
        )
        return tuple(_decision(row) for row in session.scalars(query))

    def digest(self, issue: IssueId) -> str:
        """Return six hex digits that change with the decisions about ``issue``; empty for none."""
        return digest(self.of(issue))

    def decide(self, issue: IssueId, decision: Decision) -> None:
        """Write a decision down, in place of an earlier one about the same field.

        Raises:
            CatalogError: no such illustration was ever published.
        """
        with writing(self.engine) as session:
            _known(session, decision.illustration)
            session.merge(_decision_row(issue, decision))

    def take_back(self, illustration: str, field: Field | None = None) -> int:
        """Drop what was decided about an illustration, or about one field; return how much.

        Raises:
            CatalogError: no such illustration was ever published.
        """
        query = delete(DecisionRow).where(DecisionRow.illustration == illustration)
        if field is not None:
            query = query.where(DecisionRow.field == str(field))
        with writing(self.engine) as session:
            _known(session, illustration)
            return int(session.connection().execute(query).rowcount)

    def lost(
        self, issues: Collection[IssueId] | None = None
    ) -> tuple[tuple[IssueId, Decision], ...]:
        """Return the decisions about illustrations that the last run did not find, with the issue.

        Of ``issues``, or of all; in order of issue, illustration and field.
        """
        query = (
            select(DecisionRow)
            .join(NumberedRow, NumberedRow.id == DecisionRow.illustration)
            .where(NumberedRow.is_found.is_(False))
            .order_by(DecisionRow.issue, DecisionRow.illustration, DecisionRow.field)
        )
        if issues is not None:
            query = query.where(DecisionRow.issue.in_([str(issue) for issue in issues]))
        with reading(self.engine) as session:
            return tuple((IssueId(row.issue), _decision(row)) for row in session.scalars(query))


def digest(decisions: Iterable[Decision]) -> str:
    """Return six hex digits that change with ``decisions``; empty for none."""
    lines = "".join(f"{d.illustration}\t{d.field}\t{d.value}\n" for d in decisions)
    return sha256(lines.encode()).hexdigest()[:6] if lines else ""


def enter_numbers(
    session: Session, issue: IssueId, numbered: Sequence[Numbered], version: int
) -> None:
    """Write down which illustrations of ``issue`` there are now; numbers are never forgotten."""
    gone = update(NumberedRow).where(NumberedRow.issue == str(issue))
    session.execute(gone.values(is_found=False, version=version))
    for number in numbered:
        session.merge(_row(number, issue, version))


def _row(number: Numbered, issue: IssueId, version: int) -> NumberedRow:
    return NumberedRow(
        id=str(number),
        issue=str(issue),
        page=str(number.page),
        ordinal=number.ordinal,
        left=number.left,
        top=number.top,
        right=number.right,
        bottom=number.bottom,
        is_found=number.is_found,
        version=version,
    )


def _decision_row(issue: IssueId, decision: Decision) -> DecisionRow:
    return DecisionRow(
        illustration=decision.illustration,
        field=str(decision.field),
        issue=str(issue),
        value=decision.value,
        by=decision.by,
        at=decision.at or datetime.now(UTC),
    )


def _known(session: Session, illustration: str) -> None:
    if session.get(NumberedRow, illustration) is None:
        raise CatalogError(f"{illustration}: no such illustration; bilderbogen find names them")


def _numbered(row: NumberedRow) -> Numbered:
    slug, _, sequence = row.page.rpartition("_")
    page = PageId(IssueId(slug), int(sequence))
    return Numbered(page, row.ordinal, row.left, row.top, row.right, row.bottom, row.is_found)


def _decision(row: DecisionRow) -> Decision:
    return Decision(row.illustration, Field(row.field), row.value, row.by, aware(row.at))

"""How far the archive has come, and what a person should look at.

Questions about all issues at once: counted in the database, and without a list of the issues, of
which an archive has more than a query may name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, exists, func, select

from archive.catalog.connect import reading
from archive.catalog.entries import ledger_row
from archive.catalog.tables import IssueRow, LedgerTableRow, NumberedRow, PageRow
from schemas.catalog_queries import IssueCount
from schemas.ledger import LedgerRow, StageState
from schemas.model import IssueId

_BAD = [str(state) for state in StageState if state.is_bad]


@dataclass(frozen=True, slots=True)
class Progress:
    """Questions about ``issues``, or about all of them."""

    engine: Engine

    def is_blank(self) -> bool:
        """Say whether the catalog has never heard of an issue."""
        with reading(self.engine) as session:
            return not any(
                session.scalar(select(exists().select_from(table)))
                for table in (LedgerTableRow, IssueRow, NumberedRow)
            )

    def recipes(
        self, issues: Collection[IssueId] | None = None
    ) -> Mapping[tuple[IssueId, str], frozenset[str]]:
        """Return under which recipes the ledger's rows of each issue and stage were made."""
        columns = LedgerTableRow.issue, LedgerTableRow.stage, LedgerTableRow.recipe
        query = select(*columns).distinct()
        if issues is not None:
            query = query.where(LedgerTableRow.issue.in_([str(issue) for issue in issues]))
        recipes = defaultdict[tuple[IssueId, str], set[str]](set)
        with reading(self.engine) as session:
            for issue, stage, recipe in session.execute(query):
                recipes[IssueId(issue), stage].add(recipe)
        return {key: frozenset(names) for key, names in recipes.items()}

    def bad(self, issues: Collection[IssueId] | None = None) -> tuple[LedgerRow, ...]:
        """Return the ledger rows a person should look at, in order of issue, stage and page."""
        table = LedgerTableRow
        query = select(table).where(table.state.in_(_BAD))
        if issues is not None:
            query = query.where(table.issue.in_([str(issue) for issue in issues]))
        with reading(self.engine) as session:
            rows = session.scalars(query.order_by(table.issue, table.stage, table.name))
            return tuple(ledger_row(row) for row in rows)

    def page_kinds(
        self, issues: Collection[IssueId] | None = None
    ) -> Mapping[IssueId, Mapping[str, int]]:
        """Return how many published pages of each kind there are of each issue, by name."""
        columns = PageRow.issue, PageRow.kind
        query = select(*columns, func.count()).group_by(*columns).order_by(*columns)
        query = query.where(PageRow.kind != "")
        if issues is not None:
            query = query.where(PageRow.issue.in_([str(issue) for issue in issues]))
        kinds: dict[IssueId, dict[str, int]] = defaultdict(dict)
        with reading(self.engine) as session:
            for issue, kind, pages in session.execute(query):
                kinds[IssueId(issue)][kind] = pages
        return kinds

    def counts(self, issues: Collection[IssueId] | None = None) -> tuple[IssueCount, ...]:
        """Return how many pages of each issue left each stage in each state, in that order."""
        columns = LedgerTableRow.issue, LedgerTableRow.stage, LedgerTableRow.state
        query = select(*columns, func.count()).group_by(*columns).order_by(*columns)
        if issues is not None:
            query = query.where(LedgerTableRow.issue.in_([str(issue) for issue in issues]))
        with reading(self.engine) as session:
            return tuple(
                IssueCount(IssueId(issue), stage, StageState(state), pages)
                for issue, stage, state, pages in session.execute(query)
            )

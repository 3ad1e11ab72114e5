"""Questions that need more than a row: search, counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select

from archive.catalog.tables import IllustrationRow, IssueRow, PageRow
from schemas.normalize import normalize


def find_query(
    words: str, *, kind: str | None, issue: str | None, since: str | None, limit: int
) -> Select[str, str, str, str, int, str, str, str, float, str, float | None]:
    """Return the query for illustrations whose caption, page or title has every word.

    Those with most of the words in their caption come first. A page is found by the title of its
    issue and by its text. Its columns are those of ``FoundIllustration``: texts of pages and the
    records of issues are large and stay where they are.
    """
    terms = normalize(words).split()
    in_caption = [IllustrationRow.search.contains(word, autoescape=True) for word in terms]
    conditions: list[ColumnElement[bool]] = [
        or_(caption, IllustrationRow.page.in_(_pages_with(word)))
        for word, caption in zip(terms, in_caption, strict=True)
    ]
    conditions += [IllustrationRow.kind == kind] if kind else []
    conditions += [IssueRow.slug == issue] if issue else []
    conditions += [IssueRow.date >= since] if since else []
    rank = sum((case((caption, 1), else_=0) for caption in in_caption), literal(0))
    return (
        select(
            IllustrationRow.id,
            IssueRow.slug,
            IssueRow.title,
            IssueRow.date,
            PageRow.sequence,
            IllustrationRow.caption,
            IllustrationRow.kind,
            IssueRow.edition,
            IllustrationRow.kind_confidence,
            IllustrationRow.caption_method,
            IllustrationRow.caption_score,
        )
        .join(PageRow, IllustrationRow.page == PageRow.id)
        .join(IssueRow, PageRow.issue == IssueRow.slug)
        .where(*conditions)
        .order_by(rank.desc(), IssueRow.date, IllustrationRow.id)
        .limit(limit)
    )


def _pages_with(word: str) -> Select[str]:
    return select(PageRow.id).where(PageRow.search.contains(word, autoescape=True))


def issues_query() -> Select[str, str, str, str, int, int, datetime]:
    """Return the query for issues in one line; its columns are those of ``KnownIssue``."""
    pages = select(func.count()).where(PageRow.issue == IssueRow.slug).scalar_subquery()
    pictures = (
        select(func.count())
        .select_from(IllustrationRow)
        .join(PageRow, IllustrationRow.page == PageRow.id)
        .where(PageRow.issue == IssueRow.slug)
        .scalar_subquery()
    )
    return select(
        IssueRow.slug,
        IssueRow.title,
        IssueRow.date,
        IssueRow.edition,
        pages,
        pictures,
        IssueRow.published_at,
    ).order_by(IssueRow.date, IssueRow.slug)

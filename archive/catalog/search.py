"""Questions that need more than a row: search, likeness, counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select

from archive.catalog.tables import IllustrationRow, IssueRow, PageRow
from schemas.answers import Alike
from schemas.normalize import normalize

_BLOCK = 1024
"""Rows compared at a time: 8 MB of distances for every 8,000 illustrations."""


def find_query(
    words: str, *, kind: str | None, issue: str | None, since: str | None, limit: int
) -> Select[str, str, str, str, int, str, str, str, float, str, float | None]:
    """Return the query for illustrations of which caption, page or title has every word.

    Those with most of the words in their caption come first. A page is found by the title of its
    issue and by its text. Its columns are those of ``Found``: the texts of pages and the records
    of issues are large and stay where they are.
    """
    wanted = normalize(words).split()
    in_caption = [IllustrationRow.search.contains(word, autoescape=True) for word in wanted]
    conditions: list[ColumnElement[bool]] = [
        or_(caption, IllustrationRow.page.in_(_pages_with(word)))
        for word, caption in zip(wanted, in_caption, strict=True)
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


def alike(hashes: Sequence[tuple[str, str]], *, max_distance: int) -> tuple[Alike, ...]:
    """Return the pairs among (illustration, 16 hex digits) that differ in few bits, nearest first.

    >>> alike([("a", "0" * 16), ("b", "f" * 16), ("c", "0" * 15 + "3")], max_distance=2)
    (Alike(first='a', second='c', distance=2),)
    """
    known = sorted(hashes)
    names = [name for name, _ in known]
    bits = np.array([int(hexadecimal, 16) for _, hexadecimal in known], dtype=np.uint64)
    pairs = (
        Alike(names[first], names[second], distance)
        for first, second, distance in _near(bits, max_distance)
    )
    return tuple(sorted(pairs, key=lambda pair: (pair.distance, pair.first, pair.second)))


def groups(pairs: Sequence[Alike]) -> tuple[tuple[str, ...], ...]:
    """Return illustrations that are alike, directly or through others, as groups; by name.

    >>> groups([Alike("b", "c", 1), Alike("a", "b", 2), Alike("x", "y", 0)])
    (('a', 'b', 'c'), ('x', 'y'))
    """
    leader: dict[str, str] = {}

    def lead(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for pair in pairs:
        first, second = sorted((lead(pair.first), lead(pair.second)))
        leader[second] = first
    found: dict[str, list[str]] = {}
    for name in sorted(leader):
        found.setdefault(lead(name), []).append(name)
    return tuple(tuple(found[name]) for name in sorted(found))


def _near(bits: NDArray[np.uint64], max_distance: int) -> Iterator[tuple[int, int, int]]:
    for start in range(0, len(bits), _BLOCK):
        block = bits[start : start + _BLOCK, None]
        distances = np.bitwise_count(block ^ bits[None, start:])  # (block, rest) uint8
        rows, columns = np.nonzero(distances <= max_distance)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            if row < column:
                yield start + row, start + column, int(distances[row, column])

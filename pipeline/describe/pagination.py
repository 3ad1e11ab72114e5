"""Page labels of an issue, checked against each other: the ones around say what one must be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from schemas.published import PageHeader, PublishedPage

_SHARED, _YEAR = 3, re.compile(r"1[5-9]\d\d$")
"""Pages that say the same year; a year."""
_AROUND = 4
"""Pages before and after in which a label must have another that counts on with it."""


def with_agreed_labels(pages: Sequence[PublishedPage]) -> list[PublishedPage]:
    """Return ``pages`` with labels that were misread or not read, where their neighbors agree.

    Labels are trusted that count on with another one near by. A page between two trusted ones of
    one count gets the label that this count gives it; what its head says stays in its text. What
    came with the scan (METS, a person) is not touched, and where counting begins anew between two
    pages (an unnumbered plate, an advertisement) nothing is made up. A year that pages share is
    none of a page.
    """
    pages = _without_years(pages)
    counts = [_count(page) for page in pages]
    trusted = [
        at
        for at, count in enumerate(counts)
        if count is not None and count in counts[max(0, at - _AROUND) : at]
        + counts[at + 1 : at + 1 + _AROUND]
    ]  # fmt: skip
    labelled = list(pages)
    for at, page in enumerate(pages):
        before = max((other for other in trusted if other < at), default=None)
        after = min((other for other in trusted if other > at), default=None)
        if at in trusted or before is None or after is None or page.scan.label:
            continue
        count = counts[before]
        if count is not None and count == counts[after]:
            labelled[at] = _labelled(page, str(page.scan.place + count))
    return labelled


def _without_years(pages: Sequence[PublishedPage]) -> list[PublishedPage]:
    """Return ``pages`` with a label that several have and that can be a year as their date."""
    counts = Counter(
        page.description.header.label
        for page in pages
        if page.description.header and not page.scan.label
    )
    years = {
        label
        for label, count in counts.items()
        if label and count >= _SHARED and _YEAR.match(label)
    }
    return [_dated(page) if label_of(page) in years else page for page in pages]


def _dated(page: PublishedPage) -> PublishedPage:
    head = page.description.header
    if head is None or page.scan.label:
        return page
    dated = replace(head, label=None, date=head.date or head.label)
    return replace(page, description=replace(page.description, header=dated))


def label_of(page: PublishedPage) -> str:
    """Return what came with the scan, else what is printed on the page, else nothing."""
    head = page.description.header
    return page.scan.label or (head.label if head else None) or ""


def _count(page: PublishedPage) -> int | None:
    """Return by how much the label of ``page`` is ahead of its place in the issue."""
    label = label_of(page)
    return int(label) - page.scan.place if label.isdecimal() else None


def _labelled(page: PublishedPage, label: str) -> PublishedPage:
    head = page.description.header or PageHeader("")
    return replace(page, description=replace(page.description, header=replace(head, label=label)))

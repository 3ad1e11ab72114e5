"""Page labels of an issue, checked against each other: the ones around say what one must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemas.model import PageHeader
from schemas.published import PublishedPage

_AROUND = 4
"""Pages before and after in which a label must have another that counts on with it."""


def with_agreed_labels(pages: Sequence[PublishedPage]) -> list[PublishedPage]:
    """Return ``pages`` with labels that were misread or not read, where their neighbors agree.

    Labels are trusted that count on with another one near by. A page between two trusted ones of
    one count gets the label that this count gives it; what its head says stays in its text. What
    came with the scan (METS, a person) is not touched, and where counting begins anew between two
    pages (an unnumbered plate, an advertisement) nothing is made up.
    """
    counts = [_count(page) for page in pages]
    trusted = [
        at
        for at, count in enumerate(counts)
        if count is not None and count in counts[max(0, at - _AROUND) : at]
        + counts[at + 1 : at + 1 + _AROUND]
    ]  # fmt: skip
    found = list(pages)
    for at, page in enumerate(pages):
        before = max((other for other in trusted if other < at), default=None)
        after = min((other for other in trusted if other > at), default=None)
        if at in trusted or before is None or after is None or page.scan.label:
            continue
        count = counts[before]
        if count is not None and count == counts[after]:
            found[at] = _labelled(page, str(page.scan.page.sequence + count))
    return found


def _count(page: PublishedPage) -> int | None:
    """Return by how much the label of ``page`` is ahead of its place in the issue."""
    head = page.description.header
    label = page.scan.label or (head.label if head else None) or ""
    return int(label) - page.scan.page.sequence if label.isdecimal() else None


def _labelled(page: PublishedPage, label: str) -> PublishedPage:
    head = page.description.header or PageHeader("")
    return replace(page, description=replace(page.description, header=replace(head, label=label)))

"""A running head that the separator took for text: known by its place and its page number."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from schemas.model import RegionKind, TextLine

_AT_TOP = 0.12
"""Share of the page within which a running head stands."""
_GAP = 1.5
"""Paper between page number and title, in heights of a word."""
_MOST_WORDS = 10
_LABEL = re.compile(r"\W{0,2}\d{1,4}\W{0,2}")


def missed_head(lines: Sequence[tuple[RegionKind, TextLine]], *, height: int) -> int | None:
    """Return which of ``lines`` is the running head of a page (``height`` pixels) without one.

    It is the first line at the top of the page, short, and a page number stands apart at one of
    its ends. Where the line below ends in a number, too, it is a table.
    """
    if len(lines) < 2 or any(kind is RegionKind.HEADER for kind, _ in lines):
        return None
    order = sorted(range(len(lines)), key=lambda at: lines[at][1].box.top)
    first, second = lines[order[0]], lines[order[1]][1]
    kind, line = first
    is_short = 2 <= len(line.words) <= _MOST_WORDS
    if kind is not RegionKind.TEXT or not is_short or line.box.top > _AT_TOP * height:
        return None
    return order[0] if _numbered(line, _GAP) and not _numbered(second, 0.0) else None


def _numbered(line: TextLine, gap: float) -> bool:
    """Say whether a number stands at an end of ``line``, apart by ``gap`` heights of a word."""
    words = line.words
    if len(words) < 2:
        return False
    reach = gap * statistics.median(word.box.height for word in words)
    at_left = words[1].box.left - words[0].box.right
    at_right = words[-1].box.left - words[-2].box.right
    return any(
        _LABEL.fullmatch(word.text) is not None and apart >= reach
        for word, apart in ((words[0], at_left), (words[-1], at_right))
    )

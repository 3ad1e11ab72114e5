"""Text that came with a page, put beside what the separator found there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from schemas.geometry import Box
from schemas.model import PageText, Region, RegionKind, TextLine, TextRegion

_INSIDE = 0.6
"""Share of a line that has to lie in a region for the line to be of its kind."""


def with_kinds(text: PageText, regions: Sequence[Region]) -> PageText:
    """Return ``text`` with captions and headers where the separator found such regions.

    A text that names a caption or a header itself stays as it is. Regions and text are in pixels
    of one page.
    """
    if any(region.kind is not RegionKind.TEXT for region in text.regions):
        return text
    special = [r for r in regions if r.kind in (RegionKind.CAPTION, RegionKind.HEADER)]
    parted: list[TextRegion] = []
    for region in text.regions:
        runs = groupby(region.lines, key=lambda line: _home(line, special))
        for home, run in runs:
            lines = tuple(run)
            kind = special[home].kind if home is not None else region.kind
            box = lines[0].box
            for line in lines[1:]:
                box = box.union(line.box)
            whole = region.box if len(lines) == len(region.lines) else box
            parted.append(replace(region, kind=kind, box=whole, lines=lines))
    return replace(text, regions=tuple(parted))


def _home(line: TextLine, regions: Sequence[Region]) -> int | None:
    shares = [_share(line.box, region.box) for region in regions]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= _INSIDE else None


def _share(line: Box, region: Box) -> float:
    width = min(line.right, region.right) - max(line.left, region.left)
    height = min(line.bottom, region.bottom) - max(line.top, region.top)
    return max(0, width) * max(0, height) / max(1, line.area)

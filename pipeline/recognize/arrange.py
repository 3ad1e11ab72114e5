"""Words to lines to regions, by what the class map says of their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from itertools import pairwise

import cv2
import numpy as np

from pipeline.recognize.heads import missed_head
from pipeline.recognize.split_captions import part_captions
from pipeline.recognize.split_lines import parted_line
from pipeline.recognize.text_engine import RawWord
from pipeline.separate.regions import reading_order
from schemas.geometry import Box
from schemas.model import ClassMap, Region, RegionKind, TextLine, TextRegion, Word
from schemas.normalize import is_divided

_POINTS = 9
"""Places along a line at which it is looked whether it is inside an outline."""


def arrange(
    words: Sequence[RawWord],
    class_map: ClassMap,
    regions: Sequence[Region],
    *,
    width: int,
    height: int,
) -> tuple[TextRegion, ...]:
    """Return the words as regions in reading order: header, then columns from left to right.

    Words, regions and the page (``width``, ``height``) share one grid of pixels; ``class_map``
    covers the page at any size. A line is a caption or header if most of its words stand on that
    class, else text; one that runs from a caption into text is two. A page without a header gets
    the line that looks like one. Lines that stand in one separated region stay together; the
    others go by Tesseract's blocks. Captions side by side below a row of pictures are parted again.
    """
    lines: dict[tuple[int, int, int], list[RawWord]] = defaultdict(list)
    for word in words:
        lines[word.line].append(word)
    groups: dict[tuple[RegionKind, int, int], list[TextLine]] = defaultdict(list)
    labelled = [
        (key[0], kind, _line(piece))
        for key, members in lines.items()
        for kind, piece in parted_line(members, class_map, width=width, height=height)
    ]
    head = missed_head([(kind, line) for _, kind, line in labelled], height=height)
    for at, (block, region_kind, line) in enumerate(labelled):
        kind = RegionKind.HEADER if at == head else region_kind
        home = _home(line.box, kind, regions)
        groups[kind, home, block if home < 0 else -1].append(line)
    pictures = [region.box for region in regions if region.kind is RegionKind.ILLUSTRATION]
    regions_found = [
        TextRegion(kind, reduce(Box.union, [line.box for line in part]), _hyphenated(part))
        for (kind, _, _), members in groups.items()
        for part in (part_captions(members, pictures) if kind is RegionKind.CAPTION else [members])
    ]
    return _ordered(regions_found)


def joined(region: TextRegion) -> str:
    """Return running text: divided words joined, lines joined by spaces."""
    return " ".join(undivided_lines(region))


def undivided_lines(region: TextRegion) -> list[str]:
    """Return the lines of ``region``; a divided word stands whole where it ends."""
    lines_found, begun = [], ""
    for line in region.lines:
        text, begun = begun + line.text, ""
        if line.words and line.words[-1].hyphenated:
            text, _, begun = text[:-1].rpartition(" ")
        lines_found.append(text)
    return [text for text in (*lines_found, begun) if text]


def mean_confidence(regions: Sequence[TextRegion]) -> float | None:
    """Return the mean confidence 0..1, every word weighted by its letters; None without words."""
    words = [word for region in regions for line in region.lines for word in line.words]
    letters = sum(len(word.text) for word in words)
    if not letters:
        return None
    return round(sum(word.confidence * len(word.text) for word in words) / letters, 4)


def _line(members: Sequence[RawWord]) -> TextLine:
    ordered = sorted(members, key=lambda word: word.box.left)
    words = tuple(Word(word.text, word.box, word.confidence) for word in ordered)
    return TextLine(reduce(Box.union, [word.box for word in words]), words)


def _home(box: Box, kind: RegionKind, regions: Sequence[Region]) -> int:
    """Return which region of ``kind`` holds most of a line, or -1.

    The box of an L-shaped region covers the column beside it too; outlines tell them apart. Of
    regions within each other it is the innermost.
    """
    around = [
        at
        for at, region in enumerate(regions)
        if region.kind is kind and region.box.overlap(box) > box.area / 2
    ]
    inside = [at for at in around if _runs_inside(box, regions[at])]
    return min(inside or around, key=lambda at: regions[at].box.area, default=-1)


def _runs_inside(line: Box, region: Region) -> bool:
    """Say whether most of the middle of a line lies inside a region's outline."""
    if not region.polygon:
        return True
    outline = np.asarray(region.polygon, dtype=np.float32)
    middle = (line.top + line.bottom) / 2
    across = np.linspace(line.left, line.right, _POINTS)
    within = [cv2.pointPolygonTest(outline, (float(x), middle), False) >= 0 for x in across]
    return sum(within) > _POINTS / 2


def _hyphenated(lines: list[TextLine]) -> tuple[TextLine, ...]:
    ordered = sorted(lines, key=lambda line: (line.box.top + line.box.bottom, line.box.left))
    marked = list(ordered)
    for at, (line, after) in enumerate(pairwise(ordered)):
        last = line.words[-1]
        if is_divided(last.text, after.words[0].text):
            words = (*line.words[:-1], replace(last, hyphenated=True))
            marked[at] = replace(line, words=words)
    return tuple(marked)


def _ordered(regions: list[TextRegion]) -> tuple[TextRegion, ...]:
    headers = [r for r in regions if r.kind is RegionKind.HEADER]
    others = [r for r in regions if r.kind is not RegionKind.HEADER]
    head = [headers[at] for at in reading_order([r.box for r in headers])]
    return (*head, *_by_columns(others))


def _by_columns(regions: list[TextRegion]) -> list[TextRegion]:
    """Cut at a white gap, across first where the gap spans the page, else down (XY-cut).

    Nagy and Seth, "Hierarchical representation of optically scanned documents", ICPR 1984.
    """
    if len(regions) < 2:
        return regions
    for low, high in (("left", "right"), ("top", "bottom")):
        ordered = sorted(regions, key=lambda r: (getattr(r.box, low), getattr(r.box, high)))
        reach = getattr(ordered[0].box, high)
        for at, region in enumerate(ordered[1:], start=1):
            if getattr(region.box, low) >= reach:
                return _by_columns(ordered[:at]) + _by_columns(ordered[at:])
            reach = max(reach, getattr(region.box, high))
    return [regions[at] for at in reading_order([r.box for r in regions])]

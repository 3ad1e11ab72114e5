"""The annotation of a page: what an evaluation compares with."""

from __future__ import annotations

from math import isfinite

import msgspec

from schemas.errors import DocumentError
from schemas.model import CLASSES

KINDS = ("illustration", "ornament", "initial")
"""What a shape may be."""


class Shape(msgspec.Struct, frozen=True):
    """An outline in pixels of the page; ``kind`` is illustration, ornament or initial.

    Raises:
        ValueError: ``kind`` is none of these, or the outline has no area.
    """

    box: tuple[float, float, float, float]
    polygon: list[tuple[float, float]] | None = None
    kind: str = msgspec.field(default="illustration", name="class")

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"class {self.kind!r} is none of {', '.join(KINDS)}; name one of them")
        _check(self.box, self.polygon)

    def outline(self) -> list[tuple[float, float]]:
        """The polygon, or the corners of the box."""
        left, top, right, bottom = self.box
        return self.polygon or [(left, top), (right, top), (right, bottom), (left, bottom)]


class Area(msgspec.Struct, frozen=True):
    """An area that does not count.

    Raises:
        ValueError: it has no area.
    """

    box: tuple[float, float, float, float] | None = None
    polygon: list[tuple[float, float]] | None = None

    def __post_init__(self) -> None:
        if self.box is None and not self.polygon:
            raise ValueError("neither box nor polygon; draw one or take it out")
        _check(self.box, self.polygon)

    def outline(self) -> list[tuple[float, float]]:
        """The polygon, or the corners of the box."""
        if self.polygon:
            return self.polygon
        left, top, right, bottom = self.box or (0, 0, 0, 0)
        return [(left, top), (right, top), (right, bottom), (left, bottom)]


class PageTruth(msgspec.Struct, frozen=True):
    """A person's annotation of a page; ``width`` and ``height`` are those of the scan.

    ``labelled`` names the classes whose regions are all marked; nothing is known of the others.

    Raises:
        ValueError: it has no size, or ``labelled`` names an unknown class.
    """

    width: int
    height: int
    source: str
    page: str = ""
    illustrations: list[Shape] = []
    captions: list[Area] = []
    headers: list[Area] = []
    texts: list[Area] = []
    ignore: list[Area] = []
    labelled: tuple[str, ...] = ("illustration",)
    text: str = ""
    script: str = ""
    language: str = ""

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(
                f"the page is {self.width} x {self.height} pixels; "
                "width and height are those of its scan"
            )
        strange = set(self.labelled) - set(CLASSES[1:])
        if strange:
            raise ValueError(f"labelled class {min(strange)!r} is none of {', '.join(CLASSES[1:])}")


def read_truth(content: bytes, *, name: str) -> PageTruth:
    """Return the annotation in ``content``.

    Raises:
        DocumentError: naming ``name`` and what is wrong.
    """
    try:
        return msgspec.json.decode(content, type=PageTruth)
    except msgspec.DecodeError as error:
        raise DocumentError(f"{name}: {error}") from error


def _check(
    box: tuple[float, float, float, float] | None, polygon: list[tuple[float, float]] | None
) -> None:
    if box is not None:
        left, top, right, bottom = box
        if not (all(map(isfinite, box)) and left < right and top < bottom):
            raise ValueError(
                f"box {list(box)} has no area; give left, top, right, bottom in pixels"
            )
    if not polygon:
        return
    if len(polygon) < 3:
        raise ValueError(f"a polygon of {len(polygon)} points; draw it with three or more")
    if not all(isfinite(value) for point in polygon for value in point):
        raise ValueError("a point of the polygon is no number; draw it again")

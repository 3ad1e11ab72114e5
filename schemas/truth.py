"""The annotation of a page: what an evaluation compares with."""

from __future__ import annotations

import msgspec

from schemas.errors import DocumentError


class Shape(msgspec.Struct, frozen=True):
    """An outline in pixels of the page; ``kind`` is illustration, ornament or initial."""

    box: tuple[float, float, float, float]
    polygon: list[tuple[float, float]] | None = None
    kind: str = msgspec.field(default="illustration", name="class")

    def outline(self) -> list[tuple[float, float]]:
        """The polygon, or the corners of the box."""
        left, top, right, bottom = self.box
        return self.polygon or [(left, top), (right, top), (right, bottom), (left, bottom)]


class Area(msgspec.Struct, frozen=True):
    """An area that does not count."""

    box: tuple[float, float, float, float] | None = None
    polygon: list[tuple[float, float]] | None = None

    def outline(self) -> list[tuple[float, float]]:
        """The polygon, or the corners of the box."""
        if self.polygon:
            return self.polygon
        left, top, right, bottom = self.box or (0, 0, 0, 0)
        return [(left, top), (right, top), (right, bottom), (left, bottom)]


class PageTruth(msgspec.Struct, frozen=True):
    """What a person said of a page."""

    width: int
    height: int
    source: str
    page: str = ""
    illustrations: list[Shape] = []
    ignore: list[Area] = []
    text: str = ""
    script: str = ""
    language: str = ""


def read_truth(content: bytes, *, name: str) -> PageTruth:
    """Return the annotation in ``content``.

    Raises:
        DocumentError: naming ``name`` and what is wrong.
    """
    try:
        return msgspec.json.decode(content, type=PageTruth)
    except msgspec.DecodeError as error:
        raise DocumentError(f"{name}: {error}") from error

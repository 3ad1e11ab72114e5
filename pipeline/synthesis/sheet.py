"""A sheet being composed: tone, labels and alpha grow together, so the truth is exact."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.type import FontBook, cut_line, resized
from schemas.corpus import Corpus, Picture
from schemas.fonts import FontFace
from schemas.geometry import Box

BACKGROUND, ILLUSTRATION, CAPTION, HEADER, TEXT = range(5)


@dataclass(frozen=True, slots=True)
class Cut:
    """What the lines of one text share: the face, and how black it is printed, 0..1."""

    face: FontFace
    inking: float


@dataclass(slots=True, eq=False)
class Sheet:
    """The page under work.

    ``tone`` (H, W) uint8 0 ink .. 255 paper; ``labels`` (H, W) uint8; ``alpha`` (H, W) uint8;
    ``taken`` (H, W) bool: where something stands already; ``type_cast`` (H, W) bool: ornaments
    that are printed like type, so no halftone screen lies over them. ``captioned`` pairs the box
    of a picture with that of its caption. ``unit`` is how many pixels here are one of a sheet for
    pages of 768 pixels: larger sheets hold the same page in more pixels, not more type.
    """

    height: int
    width: int
    rng: np.random.Generator
    fonts: FontBook
    unit: float = 1.0
    tone: NDArray[np.uint8] = field(init=False)
    labels: NDArray[np.uint8] = field(init=False)
    alpha: NDArray[np.uint8] = field(init=False)
    taken: NDArray[np.bool_] = field(init=False)
    type_cast: NDArray[np.bool_] = field(init=False)
    captioned: list[tuple[Box, Box]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tone = np.full((self.height, self.width), 255, np.uint8)
        self.labels = np.zeros((self.height, self.width), np.uint8)
        self.alpha = np.zeros((self.height, self.width), np.uint8)
        self.taken = np.zeros((self.height, self.width), bool)
        self.type_cast = np.zeros((self.height, self.width), bool)

    def chance(self, probability: float) -> bool:
        """Toss a coin."""
        return bool(self.rng.random() < probability)

    def between(self, low: float, high: float) -> float:
        """Draw evenly."""
        return float(self.rng.uniform(low, high))

    def px(self, pixels: float) -> int:
        """Return what ``pixels`` of a sheet of unit 1 are here, at least one.

        A part of a pixel is one as often as not: else thin rules would be thinner on larger sheets.
        """
        drawn = pixels * self.unit
        if self.unit == 1.0:
            return max(1, round(drawn))
        return max(1, int(drawn) + int(self.chance(drawn - int(drawn))))

    def size(self, low: float, high: float, least: float, most: float) -> int:
        """Draw the height of a line, a share of the sheet's, within pixels of a sheet of unit 1."""
        drawn = self.height * self.between(low, high)
        return int(np.clip(drawn, least * self.unit, most * self.unit))

    def stamp(self, ink: NDArray[np.uint8], left: int, top: int, strength: float = 1.0) -> None:
        """Print ``ink`` (0 none .. 255 full); what hangs over the edge is cut."""
        box = Box(left, top, left + ink.shape[1], top + ink.shape[0]).clipped(
            self.width, self.height
        )
        if box is None:
            return
        piece = ink[box.top - top : box.bottom - top, box.left - left : box.right - left]
        window = self.tone[box.top : box.bottom, box.left : box.right]
        np.minimum(window, 255 - (piece * strength).astype(np.uint8), out=window)

    def mark(self, box: Box, label: int, *, pad: int = 0) -> None:
        """Label ``box`` and ``pad`` pixels around it, opaque if a picture, and take the place."""
        inside = box.grown(pad).clipped(self.width, self.height)
        if inside is not None:
            window = np.s_[inside.top : inside.bottom, inside.left : inside.right]
            self.labels[window] = label
            self.taken[window] = True
            if label == ILLUSTRATION:
                self.alpha[window] = 255

    def rule(self, left: int, top: int, length: int, thickness: int, *, upright: bool) -> None:
        """Print a typographic rule; rules are background."""
        size = (length, thickness) if upright else (thickness, length)
        self.stamp(np.full(size, 230, np.uint8), left, top)

    def cut(self, type_: str | Cut) -> Cut:
        """Return a face of a style and an inking for the lines of one text; a cut as it is."""
        return (
            type_
            if isinstance(type_, Cut)
            else Cut(self.fonts.face(self.rng, type_), self.between(0.6, 1.0))
        )

    def line(
        self, box: Box, type_: str | Cut, *, align: str = "justify", capitals: bool = False
    ) -> Box:
        """Print one line of type in ``box``; return what it covers.

        ``type_`` is the cut of the text, or a style from which a cut is chosen.
        """
        cut = self.cut(type_)
        strip = self.fonts.strip(self.rng, cut.face, capitals=capitals)
        width = box.width if align == "justify" else round(box.width * self.between(0.25, 0.95))
        ink = cut_line(self.rng, strip, width, box.height)
        left = {
            "justify": box.left,
            "left": box.left,
            "right": box.right - ink.shape[1],
            "center": box.left + (box.width - ink.shape[1]) // 2,
        }[align]
        self.stamp(ink, left, box.top, min(1.0, cut.inking * self.between(0.92, 1.08)))
        return Box(left, box.top, left + ink.shape[1], box.bottom)

    def picture(self, picture: Picture, box: Box, *, stretch: float = 1.0) -> NDArray[np.bool_]:
        """Print ``picture`` into ``box``; return its silhouette over the whole sheet.

        Its aspect is kept but for a factor ``stretch`` at most; it sits in the middle of the box.
        """
        image = picture.grey
        if self.chance(0.3) and not picture.has_letters:
            image = image[:, ::-1]
        width, height = _fit(image.shape[1], image.shape[0], box, stretch)
        shrunk = resized(image, (width, height))
        left = box.left + (box.width - width) // 2
        top = box.top + (box.height - height) // 2
        place = Box(left, top, left + width, top + height)
        outline = silhouette(shrunk, is_framed=picture.is_framed)
        self._print(shrunk, outline, place)
        shape = np.zeros((self.height, self.width), bool)
        shape[place.top : place.bottom, place.left : place.right] = outline
        self.label(shape, grow=1 if picture.is_framed else max(2, round(min(width, height) / 60)))
        return shape

    def _print(self, image: NDArray[np.uint8], outline: NDArray[np.bool_], place: Box) -> None:
        window = np.s_[place.top : place.bottom, place.left : place.right]
        printed = (self.tone[window].astype(np.uint16) * image // 255).astype(np.uint8)
        self.tone[window] = np.where(outline, printed, self.tone[window])
        self.alpha[window] = np.maximum(self.alpha[window], outline.astype(np.uint8) * 255)

    def label(self, shape: NDArray[np.bool_], *, grow: int) -> NDArray[np.bool_]:
        """Label ``shape`` (H, W) and ``grow`` pixels around it as illustration; return both."""
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
        grown = cv2.dilate(shape.astype(np.uint8), kernel).astype(bool)
        self.labels[grown] = ILLUSTRATION
        self.taken |= grown
        return grown


def pick(sheet: Sheet, corpus: Corpus) -> Picture:
    """Draw a picture from the corpus by its weight."""
    weights = np.array([picture.weight for picture in corpus.pictures])
    return corpus.pictures[sheet.rng.choice(len(weights), p=weights / weights.sum())]


def pick_vignette(sheet: Sheet, corpus: Corpus) -> Picture:
    """Draw four pictures; return the first vignette among them, or the first if there is none."""
    some = [pick(sheet, corpus) for _ in range(4)]
    return next((picture for picture in some if not picture.is_framed), some[0])


def square_of(sheet: Sheet, image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return a square of ``side`` pixels out of ``image`` (H, W), from anywhere."""
    top = int(sheet.rng.integers(image.shape[0] - side + 1))
    left = int(sheet.rng.integers(image.shape[1] - side + 1))
    return image[top : top + side, left : left + side]


def _fit(width: int, height: int, box: Box, stretch: float) -> tuple[int, int]:
    scale_x, scale_y = box.width / width, box.height / height
    scale = min(scale_x, scale_y)
    return (
        max(4, round(width * min(scale_x, scale * stretch))),
        max(4, round(height * min(scale_y, scale * stretch))),
    )


_OUTLINED, _SOME_INK = 160, 16
"""Pixels of the shorter side at which a picture's outline is found; of 255, ink that counts."""


def silhouette(image: NDArray[np.uint8], *, is_framed: bool) -> NDArray[np.bool_]:
    """Return the filled outline of a picture on white, (H, W) bool.

    Ink is joined over gaps of about an eighth of the picture, holes are filled, and what is
    too small to belong to it is dropped.
    """
    height, width = image.shape
    if is_framed:
        return np.ones((height, width), bool)
    scale = min(1.0, _OUTLINED / min(height, width))  # the closing below is slow at full size
    size = max(4, round(width * scale)), max(4, round(height * scale))
    dark = (image < 225).astype(np.uint8) * 255
    ink = (cv2.resize(dark, size, interpolation=cv2.INTER_AREA) > _SOME_INK).astype(np.uint8)
    reach = max(3, round(min(ink.shape) / 7)) | 1
    padded = cv2.copyMakeBorder(ink, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [c for c in contours if cv2.contourArea(c) > 0.004 * ink.size]
    filled = cv2.drawContours(np.zeros_like(closed), large or contours, -1, 255, cv2.FILLED)
    inner = filled[reach:-reach, reach:-reach]
    return np.asarray(cv2.resize(inner, (width, height), interpolation=cv2.INTER_LINEAR) > 127)

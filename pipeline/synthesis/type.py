"""Lines of type: drawn once as long strips, cut and scaled for every line of a page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from schemas.fonts import FontFace

Ink = NDArray[np.uint8]
"""Ink coverage, (H, W) uint8, 0 paper .. 255 ink."""

STRIP_PX = 40
"""Font size at which strips are drawn; lines are scaled from it."""

_GERMAN = (
    "Das Fest war längst vorüber als der alte Gärtner noch einmal durch die stillen Wege ging und "
    "die Lampen löschte welche man am Abend in die Bäume gehängt hatte Niemand sah ihm zu nur der "
    "Mond stand groß über dem Teich Für die Herstellung dieses Kragens nimmt man feinen Batist und "
    "häkelt mit Nr 60 eine Reihe Luftmaschen sodann folgen zwei Stäbchen und eine Picot Masche "
)
_ENGLISH = (
    "It was late in the afternoon when the steamer came round the point and the whole village ran "
    "down to the quay to see her make fast The captain a stout man of fifty stood upon the bridge "
    "and waved his cap at nobody in particular What he had brought home this time was the subject "
    "of a good deal of guessing and the schoolmaster had laid five shillings upon parrots "
)
_FRENCH = (
    "Le soir tombait quand la voiture entra dans la cour du château et les domestiques "
    "accoururent avec des flambeaux Personne ne savait encore que le jeune marquis était revenu "
    "des Indes où il avait passé sept années à chercher une fortune qui n'était à lui déjà plus "
    "depuis longtemps "
)
_LATIN = (
    "Quae res cum ita sint necesse est omnes qui historiam rerum naturalium scribunt diligenter "
    "observent quid in singulis generibus commune sit quid proprium atque diversum inveniatur "
)
PASSAGES = (_GERMAN, _ENGLISH, _FRENCH, _LATIN)
_MARKS = (".", ",", ",", ";", ":", ".", "-", "!", "?")


def passage(rng: np.random.Generator, words: int) -> str:
    """Return ``words`` words shuffled from one of the passages, punctuated."""
    known = PASSAGES[rng.integers(len(PASSAGES))].split()
    chosen = [known[i] for i in rng.integers(len(known), size=words)]
    for at in range(int(rng.integers(4, 9)), words, 9):
        chosen[at] += _MARKS[rng.integers(len(_MARKS))]
    return " ".join(chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A long line of one face: ink (H, W), and the share of its height that is x-height."""

    ink: Ink
    style: str


class FontBook:
    """Strips of every face, drawn when first asked for."""

    def __init__(self, faces: tuple[FontFace, ...], *, strips_per_face: int = 6) -> None:
        if not faces:
            raise ValueError("a font book needs at least one face")
        self.faces = faces
        self._strips: dict[tuple[str, int, bool], Strip] = {}
        self._per_face = strips_per_face

    def face(self, rng: np.random.Generator, style: str) -> FontFace:
        """Return some face of ``style``."""
        able = [face for face in self.faces if face.style == style] or list(self.faces)
        return able[rng.integers(len(able))]

    def strip(self, rng: np.random.Generator, face: FontFace, *, capitals: bool = False) -> Strip:
        """Return a strip in ``face``; some are spaced as in a narrow column."""
        key = (face.name, int(rng.integers(self._per_face)), capitals)
        if key not in self._strips:
            self._strips[key] = _draw_strip(face, key[1], capitals=capitals)
        return self._strips[key]

    def draw(self, face_name: str, text: str, px: int, *, line_height: bool = False) -> Ink:
        """Return ``text`` set at font size ``px``, cut to its ink or to the height of a line."""
        face = next(face for face in self.faces if face.name == face_name)
        return _draw(face, text, px, line_height=line_height)


@lru_cache(maxsize=256)
def _font(face: FontFace, px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(face.font), px)


def _draw_strip(face: FontFace, number: int, *, capitals: bool) -> Strip:
    rng = np.random.default_rng([number, len(face.name), *face.name.encode()])
    words = passage(rng, 46).split()
    narrowest = 1 + number % 3  # of the measure a line was justified to: a narrow one gapes
    text = "".join(word + " " * (narrowest + int(rng.choice((0, 0, 1)))) for word in words)
    if capitals:
        text = (" " if number % 3 == 1 else "").join(text.upper())  # display lines are often spaced
    ink = _draw(face, text, STRIP_PX, line_height=True)
    return Strip(ink, face.style)


def _draw(face: FontFace, text: str, px: int, *, line_height: bool = False) -> Ink:
    font = _font(face, px)
    left, top, right, bottom = font.getbbox(text)
    if line_height:
        ascent, descent = font.getmetrics()
        top, bottom = int(ascent - px * 0.78), int(ascent + min(descent, px * 0.26))
    canvas = Image.new("L", (max(1, int(right - left)), max(1, int(bottom - top))), 0)
    ImageDraw.Draw(canvas).text((-left, -top), text, fill=255, font=font)
    return np.asarray(canvas)


def cut_line(rng: np.random.Generator, strip: Strip, width: int, height: int) -> Ink:
    """Return a piece of ``strip`` scaled to ``height``, ``width`` wide at most.

    A line of fewer than two pixels has no letters left and comes out as grey.
    """
    scale = height / strip.ink.shape[0]
    width_px = max(1, min(strip.ink.shape[1] - 1, round(width / scale)))
    start = int(rng.integers(max(1, strip.ink.shape[1] - width_px)))
    piece = strip.ink[:, start : start + width_px]
    size = (max(1, min(width, round(piece.shape[1] * scale))), max(1, height))
    return resized(piece, size)


def resized(image: Ink, size: tuple[int, int]) -> Ink:
    """Return ``image`` at ``size`` (width, height), without the blocks of enlarging by area."""
    shrinks = image.shape[0] * image.shape[1] > size[0] * size[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=how), dtype=np.uint8)

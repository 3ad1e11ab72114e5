"""An invented illustrated magazine, drawn page by page: the demo's scans, with known content."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.pictures import SUBJECTS, engrave, screen
from pipeline.synthesis.type import PASSAGES, FontBook
from schemas.geometry import Box
from schemas.model import IssueMetadata, Source

WIDTH, HEIGHT, DPI = 1654, 2339, 200
"""A quarto page at 200 dpi."""

_MARGIN, _TOP, _BOTTOM, _GUTTER = 130, 190, 2190, 46
_BODY, _LEADING, _CAPTION, _HEAD = 31, 38, 28, 34
_PAPER = np.array([246, 238, 220])
_INK = np.array([38, 34, 32])


@dataclass(frozen=True, slots=True)
class PictureOrder:
    """A picture to be drawn: subject, technique (engrave or screen), caption, columns it spans."""

    subject: str
    technique: str
    caption: str
    columns: int = 1


@dataclass(frozen=True, slots=True)
class DrawnIssue:
    """An issue to draw: its metadata, its typefaces, and the pictures of its pages."""

    slug: str
    metadata: IssueMetadata
    face: str
    head_face: str
    running_head: str
    first_page: int
    passage: str
    pages: tuple[tuple[PictureOrder, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnPage:
    """A drawn page (H, W, 3) uint8, and where its pictures are, in pixels.

    The captions and their boxes are in the order of the pictures. Boxes are those of the level
    page: it is turned by up to half a degree when it is printed. ``text`` is all its words in
    reading order, one line a printed line.
    """

    image: NDArray[np.uint8]
    pictures: tuple[Box, ...]
    captions: tuple[str, ...]
    caption_boxes: tuple[Box, ...]
    text: str


def issues() -> tuple[DrawnIssue, ...]:
    """Return the three issues of the demo; one in Fraktur, two in antiqua."""
    german = IssueMetadata(
        title="Die Laterne",
        date="1871-03-15",
        volume="17",
        number="11",
        languages=("ger",),
        script="Latf",
        rights="http://creativecommons.org/publicdomain/mark/1.0/",
        owner="Bilderbogen demo",
        source=Source.SIDECAR,
    )
    english = IssueMetadata(
        title="The Lantern",
        languages=("eng",),
        script="Latn",
        rights="http://creativecommons.org/publicdomain/mark/1.0/",
        owner="Bilderbogen demo",
        source=Source.SIDECAR,
    )
    order = PictureOrder
    return (
        DrawnIssue(
            "laterne-1871-11", german, "blankenburg", "blankenburg",
            "Die Laterne.   Nr. 11.   15. März 1871.", 81, PASSAGES[0],
            (
                (order("landscape", "engrave", "Abb. 1. Der See im Gebirge.", 2),),
                (order("vase", "engrave", "Abb. 2. Vase mit Blumen."),
                 order("pattern", "engrave", "Abb. 3. Gewebtes Muster.")),
                (),
                (order("portrait", "engrave", "Abb. 4. Dame mit Hut."),),
            ),
        ),
        DrawnIssue(
            "lantern-1908-04", english, "century", "old-standard-bold",
            "THE LANTERN   April 18, 1908   No. 4", 301, PASSAGES[1],
            (
                (order("ship", "screen", "Fig. 1. The three-master leaving the harbour.", 2),),
                (order("balloon", "screen", "Fig. 2. The balloon before the start."),),
                (),
                (order("portrait", "screen", "Fig. 3. The aeronaut's sister."),
                 order("landscape", "screen", "Fig. 4. The lake seen from above.")),
                (order("vase", "engrave", "Fig. 5. A prize at the flower show."),),
            ),
        ),
        DrawnIssue(
            "lantern-1908-05", english, "old-standard", "old-standard-bold",
            "THE LANTERN   May 16, 1908   No. 5", 349, PASSAGES[1],
            (
                (order("balloon", "engrave", "Fig. 1. Over the fields.", 1),
                 order("pattern", "screen", "Fig. 2. A woven border.")),
                (order("landscape", "screen", "Fig. 3. Evening in the mountains.", 2),),
                (),
                (order("ship", "engrave", "Fig. 4. Homeward bound."),),
            ),
        ),
    )  # fmt: skip


def draw_page(issue: DrawnIssue, number: int, fonts: FontBook) -> DrawnPage:
    """Return page ``number`` (from 0) of ``issue``; the same page every time."""
    rng = np.random.default_rng([number, *issue.slug.encode()])
    tone = np.full((HEIGHT, WIDTH), 255, np.uint8)
    across = [_running_head(tone, issue, number, fonts)]
    column = (WIDTH - 2 * _MARGIN - _GUTTER) // 2
    lefts, tops = (_MARGIN, _MARGIN + column + _GUTTER), [_TOP, _TOP]
    read: tuple[list[str], list[str]] = ([], [])
    places: list[tuple[Box, Box]] = []
    for at, order in enumerate(issue.pages[number]):
        is_wide = order.columns == 2
        side = 0 if is_wide else at % 2
        lines = 0 if is_wide else int(rng.integers(8, 22))
        top = tops[side] + lines * _LEADING
        if lines:
            room = Box(lefts[side], tops[side], lefts[side] + column, top)
            read[side].extend(_column(tone, issue, fonts, room, rng))
        width = 2 * column + _GUTTER if is_wide else column
        place = _picture(tone, issue, order, fonts, (lefts[side], top + 24, width), rng)
        places.append(place)
        (across if is_wide else read[side]).append(order.caption)
        for below in (0, 1) if is_wide else (side,):
            tops[below] = place[1].bottom + 30
    for side in (0, 1):
        room = Box(lefts[side], tops[side], lefts[side] + column, _BOTTOM)
        read[side].extend(_column(tone, issue, fonts, room, rng))
    return DrawnPage(
        _on_paper(tone, rng),
        tuple(picture for picture, _ in places),
        tuple(order.caption for order in issue.pages[number]),
        tuple(caption for _, caption in places),
        "\n".join([*across, *read[0], *read[1]]),
    )


def _running_head(tone: NDArray[np.uint8], issue: DrawnIssue, number: int, fonts: FontBook) -> str:
    """Print the running head and the page's label; return them as they are read."""
    text = str(issue.first_page + number)
    head = fonts.draw(issue.head_face, issue.running_head, _HEAD)
    label = fonts.draw(issue.face, text, _HEAD)
    _print(tone, head, (WIDTH - head.shape[1]) // 2, 110)
    left = WIDTH - _MARGIN - label.shape[1] if number % 2 else _MARGIN
    _print(tone, label, left, 114)
    tone[162:165, _MARGIN : WIDTH - _MARGIN] = 0
    return " ".join([issue.running_head, text] if number % 2 else [text, issue.running_head])


def _picture(
    tone: NDArray[np.uint8],
    issue: DrawnIssue,
    order: PictureOrder,
    fonts: FontBook,
    place: tuple[int, int, int],
    rng: np.random.Generator,
) -> tuple[Box, Box]:
    """Print a picture and its caption at ``place`` (left, top, width); return their boxes."""
    left, top, width = place
    draw, is_framed = SUBJECTS[order.subject]
    inset = 0 if is_framed else width // 10
    shape = (round((width - 2 * inset) * (0.62 if is_framed else 1.15)), width - 2 * inset)
    drawn = draw(rng, *shape)
    block = engrave(drawn) if order.technique == "engrave" else screen(drawn)
    box = Box(left + inset, top, left + inset + shape[1], top + shape[0])
    window = tone[box.top : box.bottom, box.left : box.right]
    np.minimum(window, block, out=window)
    line = fonts.draw(issue.face, order.caption, _CAPTION)
    at = left + (width - line.shape[1]) // 2
    _print(tone, line, at, box.bottom + 16)
    under = Box(at, box.bottom + 16, at + line.shape[1], box.bottom + 16 + line.shape[0])
    return box, under


def _column(
    tone: NDArray[np.uint8], issue: DrawnIssue, fonts: FontBook, box: Box, rng: np.random.Generator
) -> list[str]:
    """Fill ``box`` with the issue's passage; return the lines."""
    words = issue.passage.split()
    at = int(rng.integers(len(words)))
    lines: list[str] = []
    for top in range(box.top, box.bottom - _LEADING, _LEADING):
        line: list[str] = []
        while True:
            trial = " ".join([*line, words[at % len(words)]])
            if fonts.draw(issue.face, trial, _BODY).shape[1] > box.width:
                break
            line.append(words[at % len(words)])
            at += 1
        lines.append(" ".join(line))
        ink = fonts.draw(issue.face, lines[-1], _BODY, line_height=True)
        _print(tone, ink, box.left, top)
    return lines


def _print(tone: NDArray[np.uint8], ink: NDArray[np.uint8], left: int, top: int) -> None:
    height, width = min(ink.shape[0], HEIGHT - top), min(ink.shape[1], WIDTH - left)
    window = tone[top : top + height, left : left + width]
    np.minimum(window, 255 - ink[:height, :width], out=window)


def _on_paper(tone: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    soft = cv2.GaussianBlur(tone, (0, 0), 0.7).astype(np.float32)[..., None] / 255
    stains = cv2.resize(
        rng.normal(0, 5, (9, 7)).astype(np.float32), (WIDTH, HEIGHT), interpolation=2
    )
    grain = rng.normal(0, 2.5, (HEIGHT, WIDTH)).astype(np.float32)
    paper = _PAPER + (stains + grain)[..., None]
    page = soft * paper + (1 - soft) * _INK
    turned = cv2.warpAffine(
        page,
        cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), float(rng.uniform(-0.5, 0.5)), 1.0),
        (WIDTH, HEIGHT),
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.clip(turned, 0, 255).astype(np.uint8)

"""Kinds of pictures by their print and their place."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from archive.images.images import load_image
from archive.weights import KINDS_FILE
from pipeline.describe.kinds import UNKNOWN, kind_model, placed_kind, print_kind
from pipeline.describe.texture import texture
from schemas.geometry import Box
from schemas.model import (
    Caption,
    Illustration,
    IssueId,
    PageId,
    RegionKind,
    TextLine,
    TextRegion,
    Word,
)
from tests.conftest import shared

ISSUE = IssueId("bazar-1871-11")


def picture(box, sequence=2, caption=None):
    return Illustration(PageId(ISSUE, sequence), 1, box, (), 0.9, caption=caption)


def lines(*placed):
    """A text region of lines at (left, top, text); a line is 20 high."""
    made = []
    for left, top, text in placed:
        box = Box(left, top, left + 12 * len(text), top + 20)
        made.append(TextLine(box, (Word(text, box, 0.9),)))
    return TextRegion(RegionKind.TEXT, Box(0, 0, 1000, 1400), tuple(made))


def told(box, *regions, sequence=2, caption=None):
    result = placed_kind(
        picture(box, sequence, caption), regions, width=1000, height=1400, is_first=sequence == 1
    )
    return result.kind


def test_a_masthead_stands_on_the_first_page_only():
    head = Box(100, 40, 900, 260)
    assert told(head, sequence=1) == "masthead"
    assert told(head, sequence=2) == "unknown"


def test_an_initial_has_lines_beside_it():
    box = Box(100, 300, 180, 380)
    beside = lines((190, 305, "Es war einmal ein König"), (190, 330, "der hatte drei Söhne"))
    assert told(box, beside) == "initial"
    assert told(box, lines((190, 700, "Es war einmal"), (190, 730, "ein König"))) == "unknown"


def test_an_ornament_has_no_caption():
    strip = Box(300, 1200, 700, 1260)
    caption = Caption("Abb. 2", Box(300, 1270, 700, 1290), 0.9, "below")
    assert told(strip) == "ornament"
    assert told(strip, caption=caption) == "unknown"


def test_prices_and_addresses_make_an_advertisement():
    box = Box(100, 300, 500, 800)
    advert = lines((120, 320, "Fabrik für Nähmaschinen"), (120, 820, "Preis 20 Mark gratis"))
    assert told(box, advert) == "advertisement"
    assert told(box, lines((120, 820, "Ein Mann mit Hut"))) == "unknown"


def test_features_do_not_depend_on_resolution_or_paper():
    rng = np.random.default_rng(0)
    small = np.kron(rng.integers(0, 2, (24, 36)), np.ones((8, 8))) * 200
    page = np.dstack([255 - small] * 3).astype(np.uint8)
    large = np.kron(page, np.ones((2, 2, 1), np.uint8)).astype(np.uint8)
    yellow = (page * np.array([1.0, 0.94, 0.8])).astype(np.uint8)
    plain = texture(page, np.ones(page.shape[:2], bool))
    for other in (large, yellow):
        assert np.abs(texture(other, np.ones(other.shape[:2], bool)) - plain).max() < 0.12


def test_a_blank_crop_has_a_kind_too():
    white = np.full((40, 60, 3), 255, np.uint8)
    kind, sure = print_kind(white, np.zeros((40, 60), bool), kind_model(KINDS_FILE.read_bytes()))
    assert kind and 0 <= sure <= 1


@pytest.mark.shared
@pytest.mark.slow
def test_of_the_kinds_that_are_named_most_are_right():
    corpus = shared("corpus")
    model = kind_model(KINDS_FILE.read_bytes())
    expected = {
        "textile pattern": "pattern",
        "halftone photo": "halftone",
        "wood engraving": "engraving",
    }
    right, named, count = 0, 0, 0
    with (corpus / "illustrations.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["kind"] in expected][::9]
    for row in rows:
        rgb = load_image(corpus / row["file"]).rgb
        kind, _ = print_kind(rgb, np.ones(rgb.shape[:2], bool), model)
        named += kind != UNKNOWN
        right, count = right + (kind == expected[row["kind"]]), count + 1
    assert count > 60 and named > 0.5 * count and right > 0.85 * named

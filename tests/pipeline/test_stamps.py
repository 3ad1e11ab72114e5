"""Stamps of libraries, stains, and what binarization swallows, as the composer draws them."""

import cv2
import numpy as np
import pytest

from pipeline.synthesis import effects
from pipeline.synthesis.pictures import drawn_corpus
from pipeline.synthesis.settings import IGNORE
from pipeline.synthesis.sheet import BACKGROUND, ILLUSTRATION, TEXT, Sheet
from pipeline.synthesis.stamps import library_stamp
from schemas.geometry import Box


@pytest.fixture(scope="module")
def corpus():
    return drawn_corpus(3, pictures=6)


def stamped(fonts, corpus, seed, label):
    """A sheet labelled ``label`` throughout, and stamped."""
    sheet = Sheet(900, 640, np.random.default_rng(seed), fonts)
    sheet.labels[:] = label
    library_stamp(sheet, corpus)
    return sheet


def test_a_stamp_is_background_on_paper_and_part_of_a_picture(corpus, fonts):
    for label in (BACKGROUND, ILLUSTRATION):
        sheets = [stamped(fonts, corpus, seed, label) for seed in range(12)]
        assert all((sheet.labels == label).all() for sheet in sheets)
        assert sum((sheet.tone < 200).any() for sheet in sheets) > 8


def test_type_under_a_stamp_does_not_count(corpus, fonts):
    for seed in range(12):
        sheet = stamped(fonts, corpus, seed, TEXT)
        inked = Box.covering(sheet.tone < 255)
        if inked is not None:
            assert (
                sheet.labels[inked.top : inked.bottom, inked.left : inked.right] == IGNORE
            ).all()
        assert (sheet.labels == TEXT).any()


def test_stamps_gather_near_pictures(corpus, fonts):
    near = 0
    for seed in range(60):
        sheet = Sheet(900, 640, np.random.default_rng(seed), fonts)
        sheet.mark(Box(20, 20, 100, 100), ILLUSTRATION)
        library_stamp(sheet, corpus)
        near += bool((sheet.tone[:260, :260] < 255).any())
    assert near > 18  # over the whole sheet about one in eight would be there


def test_a_legend_goes_round_the_rim(corpus, fonts):
    lettered = 0
    for seed in range(12):
        sheet = Sheet(1500, 1500, np.random.default_rng(seed), fonts)
        library_stamp(sheet, corpus)
        count = cv2.connectedComponents((sheet.tone < 200).astype(np.uint8))[0]
        lettered += count > 8
    assert lettered >= 5


def test_specks_of_stains_are_thick_in_parts_and_only_ink():
    page = np.full((600, 400), 255, np.uint8)
    page[:, 200:] = 0
    shares = []
    for seed in range(8):
        specked = effects.foxing(page, np.random.default_rng(seed))
        assert (specked[:, 200:] == 0).all()
        tiles = [
            (specked[top : top + 100, left : left + 100] == 0).mean()
            for top in range(0, 600, 100)
            for left in (0, 100)
        ]
        shares.append((min(tiles), max(tiles)))
    assert all(high < 0.5 for _, high in shares) and max(high for _, high in shares) > 0.02
    assert sum(high > 4 * low for low, high in shares) >= 6


@pytest.mark.parametrize("label", [ILLUSTRATION, TEXT])
def test_what_is_bare_paper_now_does_not_count(label):
    page = np.full((300, 300, 3), 250, np.uint8)
    labels = np.zeros((300, 300), np.uint8)
    labels[20:120, 20:120] = labels[180:280, 180:280] = label
    page[20:120:6, 20:120] = 10
    page[200, 200] = 10 if label == ILLUSTRATION else 250
    kept = effects.without_lost_ink(page, labels)
    assert (kept[20:120, 20:120] == label).all()
    assert (kept[200:260, 200:260] == IGNORE).all()
    assert (kept[130:170, 130:170] == BACKGROUND).all()

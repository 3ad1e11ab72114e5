"""What the composer prints, and that its truth covers it."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from archive.fonts import find_fonts
from pipeline.synthesis import ornaments
from pipeline.synthesis.compose import compose
from pipeline.synthesis.pages import KINDS
from pipeline.synthesis.pictures import drawn_corpus
from pipeline.synthesis.settings import PAGE_KINDS, ComposerSettings
from pipeline.synthesis.sheet import ILLUSTRATION, Sheet
from pipeline.synthesis.type import FontBook
from schemas.errors import EngineError
from schemas.model import Box


@pytest.fixture(scope="module")
def fonts():
    try:
        return FontBook(find_fonts())
    except EngineError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def corpus():
    return drawn_corpus(3, pictures=12)


def sheet_of(fonts, seed, height=700, width=500):
    return Sheet(height, width, np.random.default_rng(seed), fonts)


@pytest.mark.parametrize("kind", PAGE_KINDS)
def test_every_kind_of_page_is_composed_with_truth_of_its_size(kind, corpus, fonts):
    settings = replace(ComposerSettings(), long_side=192, page_kinds={kind: 1.0})
    for seed in range(6):
        page = compose(seed, corpus, fonts, settings)
        assert page.kind == kind
        assert page.page.shape[:2] == page.labels.shape == page.alpha.shape
        assert set(np.unique(page.labels)) <= {0, 1, 2, 3, 4, 255}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", ["flourish", "fleurons", "tiles", "panel"])
def test_all_ink_of_an_ornament_is_in_its_truth(name, seed, corpus, fonts):
    sheet = sheet_of(fonts, seed)
    made = getattr(ornaments, name)
    if name == "fleurons":
        made = partial(made, of=ornaments.pick(sheet, corpus))
    made(sheet, Box(80, 300, 400, 330 + seed))
    inked = sheet.tone < 128
    assert inked.any()
    assert np.all(sheet.labels[inked] == ILLUSTRATION)
    assert np.all(sheet.alpha[inked] == 255)


def test_a_flourish_is_bent_and_thickest_within(fonts):
    for seed in range(8):
        sheet = sheet_of(fonts, seed)
        ornaments.flourish(sheet, Box(50, 300, 450, 340))
        inked = sheet.tone < 128
        thick = inked.sum(axis=0)[50:450]
        rows = np.flatnonzero(inked.any(axis=1))
        assert thick.max() > 2 * max(min(thick[4], thick[-5]), 1)
        assert rows[-1] - rows[0] > thick.max()  # a rule would be as high as it is thick


def test_a_line_drawing_is_paler_than_its_picture(corpus):
    picture = next(one for one in corpus.pictures if not one.is_framed)
    drawn = ornaments.line_drawing(picture, Box(0, 0, 60, 60))
    assert drawn.image.mean() > picture.image.mean()
    assert (drawn.image < 128).any()


def test_small_pictures_stand_in_text_and_nothing_is_set_over_them(corpus, fonts):
    found = 0
    for seed in range(20):
        sheet = sheet_of(fonts, seed)
        KINDS["insets"](sheet, corpus)
        assert np.all(sheet.labels[sheet.alpha > 0] == ILLUSTRATION)
        share = (sheet.labels == ILLUSTRATION).mean()
        assert share < 0.5
        found += share > 0
        for picture, caption in sheet.captioned:
            assert picture.overlap(caption) == 0
    assert found >= 18

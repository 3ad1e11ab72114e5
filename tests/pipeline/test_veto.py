"""Text that was taken for an illustration."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.recognize.page import read_page
from pipeline.recognize.settings import RecognizeSettings
from pipeline.recognize.text_engine import RawWord
from pipeline.recognize.veto import is_text, may_be_type, moved, without_vetoed
from schemas.geometry import Box
from schemas.model import CLASSES, Illustration, IssueId, IssueMetadata, PageId, Region, RegionKind
from tasks.flow.text_engines import readers
from tests.conftest import draw_page

PAGE = PageId(IssueId("lantern-1908"), 1)


def word(text, *box, sure=0.9):
    return RawWord(text, Box(*box), sure, (1, 1, 1))


def test_letters_may_be_type_and_tones_may_not():
    grey = cv2.cvtColor(draw_page(0), cv2.COLOR_RGB2GRAY)
    assert may_be_type(grey, Box(40, 450, 600, 860), dpi=150)
    assert not may_be_type(grey, Box(120, 80, 520, 380), dpi=150)
    blank = np.full((90, 90), 255, np.uint8)
    assert not may_be_type(blank, Box(0, 0, 90, 90), dpi=150)


def test_words_veto_only_where_they_are_dense_sure_and_known():
    box = Box(0, 0, 400, 100)
    words = [word(text, 0, 0, 100, 20) for text in ("the", "lamp", "stood", "there", "alone")]
    known = {"the", "lamp", "stood", "there", "alone"}
    assert is_text(words, box, known) and is_text(words, box, frozenset())
    assert not is_text(words[:4], box, known)
    assert not is_text(words, Box(0, 0, 900, 200), known)
    assert not is_text(words, box, {"lamp"})
    unsure = [RawWord(w.text, w.box, 0.4, w.line) for w in words]
    assert not is_text(unsure, box, known)


def test_words_of_a_crop_move_to_the_page():
    (result,) = moved([word("lamp", 5, 6, 20, 16)], Box(100, 200, 300, 400), block=10)
    assert result.box == Box(105, 206, 120, 216) and result.line == (11, 1, 1)


def test_vetoed_illustrations_become_text():
    box, other = Box(0, 0, 100, 100), Box(200, 0, 300, 100)
    pictures = [Illustration(PAGE, n, b, (), 0.9) for n, b in ((1, box), (2, other))]
    regions = [Region(RegionKind.ILLUSTRATION, b, (), 0.9) for b in (box, other)]
    kept, vetoed = without_vetoed(pictures, regions, [Box(0, 2, 98, 100)])
    assert [p.ordinal for p in kept] == [2]
    assert [r.kind for r in vetoed] == [RegionKind.TEXT, RegionKind.ILLUSTRATION]


def test_a_picture_around_a_vetoed_box_stays():
    large, small = Box(100, 100, 2000, 2500), Box(1200, 1800, 1990, 2450)
    regions = [Region(RegionKind.ILLUSTRATION, b, (), 0.9) for b in (large, small)]
    pictures = [Illustration(PAGE, n, b, (), 0.9) for n, b in ((1, large), (2, small))]
    kept, vetoed = without_vetoed(pictures, regions, [small])
    assert [p.ordinal for p in kept] == [1]
    assert [r.kind for r in vetoed] == [RegionKind.ILLUSTRATION, RegionKind.TEXT]


def test_a_cut_out_goes_with_its_vetoed_region_however_small_and_no_other_within_it_does():
    block, inset = Box(0, 0, 1000, 1000), Box(700, 700, 980, 980)
    regions = [
        Region(kind, box, (), 0.9)
        for kind, box in (
            (RegionKind.TEXT, Box(0, 1100, 1000, 1200)),
            (RegionKind.ILLUSTRATION, block),
            (RegionKind.ILLUSTRATION, inset),
        )
    ]
    cut_outs = [
        Illustration(PAGE, n, box, (), 0.9) for n, box in ((1, Box(40, 40, 300, 200)), (2, inset))
    ]
    kept, _ = without_vetoed(cut_outs, regions, [block])
    assert [p.ordinal for p in kept] == [2]


@pytest.mark.engine
@pytest.mark.slow
def test_a_page_of_text_called_illustration_is_read_and_vetoed():
    grey = cv2.cvtColor(draw_page(3), cv2.COLOR_RGB2GRAY)
    text, picture = Box(40, 450, 600, 870), Box(120, 80, 520, 380)
    classes = np.zeros(grey.shape, np.uint8)
    for box in (text, picture):
        classes[box.top : box.bottom, box.left : box.right] = CLASSES.index("illustration")
    page_text = read_page(
        PAGE, grey, classes,
        [Region(RegionKind.ILLUSTRATION, box, (), 0.9) for box in (picture, text)],
        readers=readers(IssueMetadata(languages=("eng",)), RecognizeSettings()),
        dpi=150, min_text_area=0.02,
    )  # fmt: skip
    assert page_text.vetoed == (text,)
    assert sum("village" in region.text for region in page_text.regions) == 1

"""What the composer prints, and that its truth covers it."""

from dataclasses import replace
from functools import partial

import cv2
import numpy as np
import pytest

from pipeline.synthesis import effects, ornaments
from pipeline.synthesis.compose import compose
from pipeline.synthesis.flow import choose_measure, headline, numeral
from pipeline.synthesis.marks import initial
from pipeline.synthesis.pages import KINDS
from pipeline.synthesis.parts import flow_columns
from pipeline.synthesis.pictures import drawn_corpus
from pipeline.synthesis.settings import PAGE_KINDS, ComposerSettings
from pipeline.synthesis.sheet import CAPTION, HEADER, ILLUSTRATION, TEXT, Sheet
from pipeline.synthesis.template import from_layout
from schemas.corpus import Corpus, Picture
from schemas.geometry import Box


@pytest.fixture(scope="module")
def corpus():
    """Drawings, a layout, a page of text, and pictures with hardly any ink."""
    drawn = drawn_corpus(3, pictures=12)
    pale = np.full((300, 300), 255, np.uint8)
    pale[150, 100:200] = 0
    layout = np.zeros((200, 150), np.uint8)
    layout[20:80, 20:70], layout[90:180, 20:130] = ILLUSTRATION, TEXT
    page = np.full((300, 200), 240, np.uint8)
    page[40:260:8, 30:170] = 30
    faint = tuple(
        Picture(image, False, "object", "test") for image in (pale, np.full_like(pale, 254))
    )
    return Corpus((*drawn.pictures, *faint), (layout,), (page,), ())


def sheet_of(fonts, seed, height=700, width=500):
    return Sheet(height, width, np.random.default_rng(seed), fonts)


@pytest.mark.parametrize("kind", PAGE_KINDS)
def test_every_kind_of_page_is_composed_with_truth_of_its_size(kind, corpus, fonts):
    settings = replace(ComposerSettings(), long_side=192, page_kinds={kind: 1.0})
    labels, contrast = set(), 0.0
    for seed in range(12):
        page = compose(seed, corpus, fonts, settings)
        assert page.kind == kind
        assert page.page.shape[:2] == page.labels.shape == page.alpha.shape
        contrast = max(contrast, page.page.std())
        labels |= set(np.unique(page.labels).tolist())
    assert contrast > 1
    pictured = {"columns", "wrapped", "template", "figures", "insets", "plate", "woodcut", "spread"}
    assert (ILLUSTRATION in labels) >= (kind in pictured)
    assert (TEXT in labels) >= (kind not in {"plate", "blank", "figures"})


def of_layout(fonts, seed, label, region, corpus):
    """Return a sheet on which one region of a layout is printed."""
    layout = np.zeros((700, 500), np.uint8)
    layout[region.top : region.bottom, region.left : region.right] = label
    sheet = sheet_of(fonts, seed)
    from_layout(sheet, replace(corpus, layouts=(layout, layout[:, ::-1])))
    return sheet


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("height", [7, 14, 40])
def test_a_caption_of_a_layout_is_the_box_of_its_lines(height, seed, corpus, fonts):
    region = Box(100, 300, 400, 300 + height)
    sheet = of_layout(fonts, seed, CAPTION, region, corpus)
    labels, ink = Box.covering(sheet.labels == CAPTION), Box.covering(sheet.tone < 255)
    assert labels is not None and ink is not None
    assert labels.union(ink) == labels and ink.grown(8).union(labels) == ink.grown(8)
    assert (sheet.labels == CAPTION).sum() == labels.area
    assert region.grown(8).union(labels) == region.grown(8)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("width", [60, 420])
def test_a_header_of_a_layout_is_its_whole_band(width, seed, corpus, fonts):
    region = Box(40, 20, 40 + width, 38)
    sheet = of_layout(fonts, seed, HEADER, region, corpus)
    labels, ink = Box.covering(sheet.labels == HEADER), Box.covering(sheet.tone < 255)
    assert labels is not None and labels.area == region.area == (sheet.labels == HEADER).sum()
    assert ink is None or labels.union(ink) == labels


@pytest.mark.parametrize("label", [CAPTION, HEADER])
def test_a_region_too_low_for_type_stays_paper(label, corpus, fonts):
    sheet = of_layout(fonts, 1, label, Box(100, 300, 400, 303), corpus)
    assert not sheet.labels.any() and (sheet.tone == 255).all()


def test_larger_sheets_hold_the_same_page_in_more_pixels(fonts):
    def heights(unit):
        results = []
        for seed in range(60):
            side = round(900 * unit)
            sheet = Sheet(side, side, np.random.default_rng(seed), fonts, unit)
            results.append(choose_measure(sheet, side // 2).line)
            results.append(sheet.size(0.002, 0.05, 5, 26))
        return np.array(results)

    assert np.abs(heights(2.0) / 2 - heights(1.0)).max() <= 1
    assert heights(1.0).min() >= 5 and heights(1.0).max() > 20


def test_smaller_pages_keep_type_that_is_type():
    assert [replace(ComposerSettings(), long_side=side).unit for side in (256, 768, 1536)] == [
        1.0,
        1.0,
        2.0,
    ]


def card(sheet, box, corpus):
    ornaments.card(sheet, corpus, box)


ORNAMENTS = {
    "card": card,
    "flourish": ornaments.flourish,
    "fleurons": ornaments.fleurons,
    "tiles": ornaments.tiles,
    "panel": ornaments.panel,
}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "box",
    [Box(80, 300, 400, 335), Box(90, 90, 150, 120), Box(3, 2, 99, 12), Box(200, 680, 499, 699)],
)
@pytest.mark.parametrize("name", ORNAMENTS)
def test_an_ornament_and_its_truth_cover_each_other(name, box, seed, corpus, fonts):
    sheet = sheet_of(fonts, seed)
    needs_pictures = name in {"card", "fleurons"}
    made = partial(ORNAMENTS[name], corpus=corpus) if needs_pictures else ORNAMENTS[name]
    made(sheet, box)
    truth, ink = Box.covering(sheet.labels == ILLUSTRATION), Box.covering(sheet.tone < 255)
    assert (truth is None) == (ink is None)
    if truth is None or ink is None:  # what had no ink is nothing
        assert name == "fleurons"
        return
    assert truth.union(ink) == truth
    room = 4 + box.height // 2  # a fleuron or a tile may be white at its edge
    assert truth.width - ink.width <= 2 * room
    assert truth.height - ink.height <= 2 * room
    solid = sheet.tone < 255 if name == "flourish" else sheet.labels == ILLUSTRATION
    assert np.array_equal(sheet.alpha == 255, solid)
    assert np.array_equal(sheet.type_cast, sheet.labels == ILLUSTRATION)


def test_a_flourish_is_bent_and_thickest_within(fonts):
    for seed in range(8):
        sheet = sheet_of(fonts, seed)
        ornaments.flourish(sheet, Box(50, 300, 450, 340))
        inked = sheet.tone < 128
        thick = inked.sum(axis=0)[50:450]
        rows = np.flatnonzero(inked.any(axis=1))
        assert thick[20:-20].max() > 2 * max(thick[:3].mean(), thick[-3:].mean())
        assert rows[-1] - rows[0] > thick.max()  # a rule would be as high as it is thick


def test_the_truth_of_a_flourish_is_its_ink_and_a_margin(fonts):
    for seed in range(8):
        sheet = sheet_of(fonts, seed)
        ornaments.flourish(sheet, Box(50, 300, 450, 340))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13))
        near = cv2.dilate((sheet.tone < 255).astype(np.uint8), disc) > 0
        assert np.array_equal(sheet.labels == ILLUSTRATION, near)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    "box", [Box(50, 60, 56, 66), Box(50, 60, 140, 140), Box(470, 680, 540, 760)]
)
def test_an_initial_is_printed_and_is_text(box, seed, corpus, fonts):
    sheet = sheet_of(fonts, seed)
    initial(sheet, corpus, box)
    inside = box.clipped(sheet.width, sheet.height)
    assert inside is not None
    window = np.s_[inside.top : inside.bottom, inside.left : inside.right]
    assert (sheet.labels[window] == TEXT).all() and (sheet.labels == TEXT).sum() == inside.area
    within = sheet.tone[inside.top + 1 : inside.bottom - 1, inside.left + 1 : inside.right - 1]
    assert within.min() < 128 and (sheet.tone < 255).sum() == (sheet.tone[window] < 255).sum()


def test_an_initial_can_be_cut_out_of_a_picture_of_few_pixels(fonts):
    tiny = Corpus((Picture(np.zeros((3, 1), np.uint8), False, "object", "test"),), (), (), ())
    for seed in range(12):
        sheet = sheet_of(fonts, seed)
        initial(sheet, tiny, Box(50, 60, 90, 100))
        assert (sheet.tone < 128).any()


def test_a_number_covers_the_box_it_returns(fonts):
    for seed in range(12):
        sheet = sheet_of(fonts, seed)
        box = numeral(sheet, Box(300, 100, 360, 120), sheet.cut("antiqua"))
        ink = Box.covering(sheet.tone < 255)
        assert ink is not None and box.union(ink) == box
        assert (box.right, box.top, box.bottom) == (360, 100, 120)
        assert box.width - ink.width <= 4


@pytest.mark.parametrize("size", [6, 8, 14, 30])
def test_worn_rules_stand_between_the_lines_of_a_heading(size, fonts, monkeypatch):
    ruled = 0
    for seed in range(60):
        sheet = sheet_of(fonts, seed)
        monkeypatch.setattr(Sheet, "line", lambda self, box, *_, **__: box)  # so all ink is rules
        headline(sheet, Box(40, 60, 460, 600), size)
        inked = sheet.tone < 255
        ruled += inked.any()
        assert not (inked & (sheet.labels == TEXT)).any()
        assert sheet.taken[inked].all()
    assert ruled


def test_a_line_drawing_keeps_edges_and_loses_tones():
    rows, cols = np.mgrid[:200, :200]
    disc = (rows - 100) ** 2 + (cols - 100) ** 2 < 60**2
    grey = np.where(disc, 90, 255).astype(np.uint8)
    drawn = ornaments.line_drawing(Picture(grey, False, "object", "test"), Box(0, 0, 100, 100))
    assert drawn.image.shape == (200, 200)
    assert drawn.image[100, 100] == 255
    assert drawn.image[100, 38:46].min() < 128


@pytest.mark.parametrize("box", [Box(50, 100, 350, 140), Box(50, 100, 90, 400)])
def test_a_slim_box_makes_a_slim_object(box, fonts):
    disc = np.full((90, 90), 255, np.uint8)
    cv2.circle(disc, (45, 45), 44, 60, -1)
    round_things = Corpus((Picture(disc, False, "object", "test"),), (), (), ())
    for seed in range(8):
        result = Box.covering(ornaments.print_small(sheet_of(fonts, seed), round_things, box))
        assert result is not None and result.union(box) == box
        assert max(result.width / result.height, result.height / result.width) > 4


def test_a_pale_picture_has_a_share_of_the_ink():
    grey = np.array([[0, 55, 255]], np.uint8)
    assert ornaments.pale(grey, 0.5).tolist() == [[127, 155, 255]]


def test_small_pictures_stand_in_text_and_nothing_is_set_over_them(corpus, fonts):
    result = 0
    for seed in range(40):
        sheet = sheet_of(fonts, seed)
        KINDS["insets"](sheet, corpus)
        assert np.all(sheet.labels[sheet.alpha > 0] == ILLUSTRATION)
        if (sheet.labels == ILLUSTRATION).any():
            result += 1
            assert (sheet.labels == TEXT).sum() > (sheet.labels == ILLUSTRATION).sum() / 4
        for _, caption in sheet.captioned:
            inside = caption.clipped(sheet.width, sheet.height)
            assert inside is not None
            window = sheet.labels[inside.top : inside.bottom, inside.left : inside.right]
            assert np.all(window == CAPTION)
    assert result >= 36


def test_a_headline_ends_where_a_picture_begins(corpus, fonts):
    for seed in range(40):
        sheet = sheet_of(fonts, seed)
        for top in range(60, 700, 90):
            sheet.mark(Box(40, top, 460, top + 30), ILLUSTRATION)
        before = sheet.labels == ILLUSTRATION
        flow_columns(sheet, corpus, [(40, 460)], Box(40, 10, 460, 690), high=48)
        assert np.all(sheet.labels[before] == ILLUSTRATION)
        assert np.all(sheet.tone[before] == 255)


def test_a_halftone_screen_lies_over_pictures_and_not_over_type(corpus, fonts, monkeypatch):
    screened = []
    monkeypatch.setattr(
        effects,
        "halftone",
        lambda tone, region, rng, *, unit: screened.append(region.sum()) or tone,
    )
    settings = replace(ComposerSettings(), long_side=192, halftone=1.0, page_kinds={"text": 1.0})
    box = Box(30, 100, 120, 120)
    monkeypatch.setitem(KINDS, "text", lambda sheet, _: ornaments.panel(sheet, box))
    compose(1, corpus, fonts, settings)
    monkeypatch.setitem(KINDS, "text", lambda sheet, _: sheet.picture(corpus.pictures[0], box))
    compose(1, corpus, fonts, settings)
    assert screened[0] == 0 < screened[1]

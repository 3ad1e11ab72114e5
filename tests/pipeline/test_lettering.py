"""Letters that are pictures, and where the composer prints them."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.synthesis.lettering import (
    lettered,
    masthead,
    monogram,
    patterned,
    print_masthead,
    spared,
)
from pipeline.synthesis.pages import KINDS
from pipeline.synthesis.parts import captioned
from pipeline.synthesis.pictures import drawn_corpus
from pipeline.synthesis.sheet import CAPTION, ILLUSTRATION, Sheet
from pipeline.synthesis.template import from_layout
from schemas.geometry import Box

HEAD, SMALL = Box(40, 20, 460, 120), Box(100, 400, 160, 460)


@pytest.fixture(scope="module")
def corpus():
    return drawn_corpus(3, pictures=6)


def sheet_of(fonts, seed):
    return Sheet(700, 500, np.random.default_rng(seed), fonts)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("box", [HEAD, Box(0, 0, 60, 12), Box(0, 0, 900, 60)])
def test_a_masthead_has_letters_on_a_ground_of_the_size_asked_for(box, seed, corpus, fonts):
    drawn = masthead(sheet_of(fonts, seed), corpus, box)
    assert drawn.image.shape == (box.height, box.width) and drawn.image.dtype == np.uint8
    assert drawn.is_framed and drawn.has_letters
    is_tiny = box.height < 20  # letters of five pixels are grey
    assert drawn.image.min() < (180 if is_tiny else 60) and drawn.image.max() > 200


@pytest.mark.parametrize("seed", range(12))
def test_a_monogram_is_cut_to_its_ink(seed, fonts):
    drawn = monogram(sheet_of(fonts, seed))
    ink = drawn.image < 255
    assert not drawn.is_framed and drawn.has_letters
    assert ink[0].any() and ink[-1].any() and ink[:, 0].any() and ink[:, -1].any()


@pytest.mark.parametrize("seed", range(8))
def test_a_printed_masthead_is_illustration_and_the_rest_is_left_for_the_page(seed, corpus, fonts):
    sheet, area = sheet_of(fonts, seed), Box(30, 50, 470, 650)
    room = print_masthead(sheet, corpus, area)
    result = Box.covering(sheet.labels == ILLUSTRATION)
    assert result is not None and area.grown(3).union(result) == area.grown(3)
    assert result.bottom <= room.top and (room.left, room.right) == (area.left, area.right)
    assert room.height > area.height / 2
    contents = Box.covering(sheet.labels == CAPTION)
    if contents is not None:
        assert result.bottom - 3 <= contents.top < contents.bottom < room.top
        below = Box.covering(sheet.tone[result.bottom + 3 :] < 255)
        assert below is not None and contents.width - below.width <= 30


def kinds(box, corpus, fonts):
    """Return the kinds of lettering that sixty sheets get in ``box``."""
    result = (lettered(sheet_of(fonts, seed), corpus, box, monograms=0.15) for seed in range(60))
    return {picture.kind for picture in result if picture is not None}


def test_only_wide_heads_and_small_pictures_are_letters(corpus, fonts):
    assert kinds(HEAD, corpus, fonts) == {"masthead"}
    assert kinds(SMALL, corpus, fonts) == {"monogram"}
    lower, large, slim = Box(40, 300, 460, 400), Box(40, 20, 460, 600), Box(100, 400, 110, 480)
    assert not any(kinds(box, corpus, fonts) for box in (lower, large, slim))


def test_an_outline_runs_all_round_its_letter(fonts):
    block = np.full((60, 40), 255, np.uint8)
    edges = np.zeros((60, 40), bool)
    edges[[0, -1]] = edges[:, [0, -1]] = True
    drawn = [patterned(sheet_of(fonts, seed), block) for seed in range(30)]
    hollow = [ink for ink in drawn if not ink[20:40, 15:25].all()]
    assert len(hollow) > 8 and all(ink[edges].all() for ink in hollow)


def test_letters_stand_clear_of_their_ground():
    ground = np.full((40, 40), 90, np.uint8)
    ink = np.zeros((40, 40), np.uint8)
    ink[15:25, 15:25] = 255
    drawn = spared(ground, ink, 3)
    assert (drawn[15:25, 15:25] == 0).all() and (drawn[12:15, 12:28] == 255).all()
    assert (drawn[:12] == 90).all() and (drawn[28:] == 90).all()


def test_columns_and_small_captioned_pictures_have_letters(corpus, fonts, monkeypatch):
    seen = set()
    print_picture = Sheet.picture

    def picture(sheet, item, *rest, **options):
        seen.add(item.kind)
        return print_picture(sheet, item, *rest, **options)

    monkeypatch.setattr(Sheet, "picture", picture)
    for seed in range(12):
        KINDS["columns"](sheet_of(fonts, seed), corpus)
    assert "masthead" in seen
    for seed in range(40):
        captioned(sheet_of(fonts, seed), corpus, SMALL, 8, lines=0)
    assert "monogram" not in seen
    for seed in range(40):
        captioned(sheet_of(fonts, seed), corpus, SMALL, 8, lines=1)
    assert "monogram" in seen


def test_letters_are_never_mirrored(corpus, fonts):
    wedge = np.full((80, 80), 255, np.uint8)
    wedge[10:70, 10:30] = 0
    picture = replace(corpus.pictures[0], image=wedge, is_framed=True)
    sides = {True: set(), False: set()}
    for seed in range(20):
        for has_letters, seen in sides.items():
            sheet = sheet_of(fonts, seed)
            sheet.picture(replace(picture, has_letters=has_letters), Box(0, 0, 80, 80))
            seen.add(bool(sheet.tone[40, 20] < 100))
    assert sides == {True: {True}, False: {True, False}}


def test_the_head_of_a_layout_may_be_a_masthead(corpus, fonts):
    layout = np.zeros((700, 500), np.uint8)
    layout[HEAD.top : HEAD.bottom, HEAD.left : HEAD.right] = ILLUSTRATION
    sheet = sheet_of(fonts, 1)
    from_layout(sheet, replace(corpus, layouts=(layout, layout[:, ::-1])))
    window = sheet.labels[HEAD.top : HEAD.bottom, 40:460]
    assert (window == ILLUSTRATION).mean() > 0.5

"""Words become lines, regions and captions; Tesseract on drawn pages."""

import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from archive.images.images import grey_file
from pipeline.prepare.straighten import to_grey
from pipeline.recognize.arrange import arrange, joined, mean_confidence
from pipeline.recognize.blank import blank_illustrations
from pipeline.recognize.tesseract import Tesseract, models_for
from pipeline.recognize.text_engine import RawWord
from pipeline.separate.regions import find_regions
from schemas.errors import EngineError, RecognitionError
from schemas.geometry import Box
from schemas.model import (
    IssueId,
    PageId,
    Region,
    RegionKind,
)
from schemas.normalize import normalize, printable
from tests.conftest import draw_page

PAGE = PageId(IssueId("a-1"), 1)


def probabilities(height=120, width=90, **boxes):
    planes = np.full((5, height, width), 0.02, np.float32)
    planes[0] = 0.92
    for index, kind in enumerate(("illustration", "caption", "header", "text"), start=1):
        for left, top, right, bottom in boxes.get(kind, ()):
            planes[:, top:bottom, left:right] = 0.02
            planes[index, top:bottom, left:right] = 0.92
    return planes


def word(text, left, top, width=60, line=(1, 1, 1), confidence=0.9):
    return RawWord(text, Box(left, top, left + width, top + 20), confidence, line)


def test_words_become_regions_by_the_class_under_them():
    labels = np.full((100, 100), 4, np.uint8)
    labels[:10] = 3
    labels[60:70] = 2
    words = [
        word("caption", 590, 620, line=(3, 1, 1)),
        word("THE", 300, 40, line=(1, 1, 1)),
        word("right", 600, 300, line=(4, 1, 1)),
        word("left", 100, 310, line=(2, 1, 1)),
    ]
    result = arrange(words, labels, (), width=1000, height=1000)
    assert [(str(r.kind), r.text) for r in result] == [
        ("header", "THE"), ("text", "left"), ("text", "right"), ("caption", "caption"),
    ]  # fmt: skip
    assert mean_confidence(result) == pytest.approx(0.9)


@pytest.mark.parametrize("beside", [(300, 60, 520, 400), (290, 60, 520, 200)])
def test_a_column_beside_an_l_shaped_text_keeps_its_lines(beside):
    planes = probabilities(768, 560, text=[(40, 60, 260, 700), (260, 420, 520, 700), beside])
    regions = find_regions(planes, page_width=1120, page_height=1536)
    assert len(regions) == 2 and regions[0].box.overlap(regions[1].box)
    rows = range(130, 2 * beside[3], 100)
    words = [word(f"l{n}", 100, top, line=(1, 1, n)) for n, top in enumerate(rows)]
    words += [word(f"r{n}", 700, top + 4, line=(2, 1, n)) for n, top in enumerate(rows)]
    words.append(word("foot", 700, 1000, line=(1, 1, 99)))
    labels = planes.argmax(axis=0).astype(np.uint8)
    for given in (regions, regions[::-1]):
        result = arrange(words, labels, given, width=1120, height=1536)
        assert [[line.text for line in r.lines] for r in result] == [
            [*(f"l{n}" for n in range(len(rows))), "foot"], [f"r{n}" for n in range(len(rows))]
        ]  # fmt: skip


def test_of_regions_within_each_other_the_inner_one_has_the_line():
    outer, inner = Box(0, 0, 1000, 1000), Box(400, 400, 600, 600)
    regions = [Region(RegionKind.TEXT, box, (), 0.9) for box in (outer, inner)]
    words = [word("about", 100, 450), word("inset", 450, 454, line=(1, 1, 2))]
    labels = np.full((100, 100), 4, np.uint8)
    result = arrange(words, labels, regions, width=1000, height=1000)
    assert [r.text for r in result] == ["about", "inset"]


def test_divided_words_are_joined_and_kept():
    labels = np.full((10, 10), 4, np.uint8)
    words = [word("Zei-", 10, 10), word("tung", 10, 40, line=(1, 1, 2))]
    (region,) = arrange(words, labels, (), width=400, height=400)
    assert region.text == "Zei-\ntung" and joined(region) == "Zeitung"
    assert region.lines[0].words[0].hyphenated


def row_of_captions(words):
    labels = np.full((100, 100), 2, np.uint8)
    pictures = [
        Region(RegionKind.ILLUSTRATION, box, ((0.0, 0.0),), 0.9)
        for box in (Box(0, 0, 300, 200), Box(320, 0, 600, 200))
    ]
    return [r.text for r in arrange(words, labels, pictures, width=1000, height=1000)]


def test_captions_read_as_one_line_are_parted_between_pictures():
    words = [word("Fig. 1", 60, 210), word("left", 140, 210), word("Fig. 2", 420, 212),
             word("ship", 60, 236, line=(1, 1, 2)), word("right", 430, 237, line=(1, 1, 2))]  # fmt: skip
    assert sorted(row_of_captions(words)) == ["Fig. 1 left\nship", "Fig. 2\nright"]


def test_a_caption_across_two_pictures_stays_whole():
    words = [word(str(at), 100 + 70 * at, 210) for at in range(6)]
    assert row_of_captions(words) == ["0 1 2 3 4 5"]
    wide_space = [word("under", 20, 210), word("one", 200, 210)]
    assert row_of_captions(wide_space) == ["under one"]


def test_captions_of_two_rows_are_two():
    words = [word("upper", 100, 210), word("lower", 100, 500, line=(1, 1, 2))]
    assert row_of_captions(words) == ["upper", "lower"]


def arranged(labels, words):
    return [(str(r.kind), r.text) for r in arrange(words, labels, (), width=1000, height=1000)]


def test_a_caption_read_as_one_line_with_the_text_beside_it_is_parted():
    labels = np.full((100, 100), 4, np.uint8)
    labels[20:25, 5:25] = 2
    words = [word("The", 60, 210), word("garden", 125, 210), word("lished", 300, 212),
             word("books", 375, 212)]  # fmt: skip
    assert arranged(labels, words) == [("caption", "The garden"), ("text", "lished books")]
    close = [word("The", 60, 210), word("garden", 125, 210), word("on", 190, 212)]
    assert [kind for kind, _ in arranged(labels, close)] == ["caption"]


def test_figure_numbers_beside_text_and_beside_each_other_are_lines_of_their_own():
    labels = np.full((100, 100), 4, np.uint8)
    words = [word("Fig.", 60, 210), word("194.", 125, 210), word("Fig.", 500, 210),
             word("195.", 565, 210)]  # fmt: skip
    assert arranged(labels, words) == [("text", "Fig. 194.\nFig. 195.")]
    words = [word("Abb.", 60, 210), word("3", 125, 210), word("nach", 500, 210)]
    assert arranged(labels, words) == [("text", "Abb. 3\nnach")]
    cited = [word("siehe", 60, 210), word("Fig.", 125, 210), word("3", 190, 210)]
    assert arranged(labels, cited) == [("text", "siehe Fig. 3")]


def test_a_running_head_taken_for_text_is_known_by_its_page_number():
    labels = np.full((100, 100), 4, np.uint8)
    body = [word("tierung", 60, 110, line=(1, 1, 2)), word("führte", 125, 110, line=(1, 1, 2))]
    head = [word("Syrien.", 450, 60), word("197", 800, 60)]
    assert arranged(labels, head + body)[0] == ("header", "Syrien. 197")
    close = [word("Syrien", 450, 60), word("197", 515, 60)]
    assert arranged(labels, close + body)[0][0] == "text"
    table = [word("Eisen", 60, 110, line=(1, 1, 2)), word("42", 800, 110, line=(1, 1, 2))]
    assert all(kind == "text" for kind, _ in arranged(labels, head + table))


def test_illustrations_are_blanked_and_nothing_else():
    grey = to_grey(draw_page(1))
    labels = np.zeros((90, 64), np.uint8)
    labels[8:38, 12:52] = 1
    blanked = blank_illustrations(grey, labels)
    assert blanked[80:380, 120:520].min() > 230
    assert np.array_equal(blanked[400:], grey[400:])


@pytest.mark.engine
def test_tesseract_reads_a_grey_file(tmp_path):
    words = Tesseract("eng", grey_file).read(to_grey(draw_page(1, picture=False)), dpi=150)
    text = " ".join(w.text for w in words)
    assert "village" in text and "LANTERN" in text
    assert all(0 <= w.confidence <= 1 for w in words)


@pytest.mark.engine
def test_a_page_is_read_in_our_scratch_and_nothing_stays_there(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert Tesseract("eng", grey_file).read(to_grey(draw_page(1)), dpi=150)
    assert not list(tmp_path.iterdir())


@contextmanager
def no_file(grey):
    yield Path("none.pgm")


@pytest.mark.engine
@pytest.mark.parametrize(
    ("models", "file", "why"),
    [("tlh", grey_file, "gave up: .*tlh"), ("eng", no_file, "gave up")],
)
def test_what_tesseract_says_of_a_page_is_told(models, file, why):
    with pytest.raises(RecognitionError, match=why):
        Tesseract(models, file).read(to_grey(draw_page(1)), dpi=150)


@pytest.mark.engine
def test_a_page_that_takes_too_long_is_given_up():
    page = to_grey(draw_page(1, height=3000, width=2000))
    with pytest.raises(RecognitionError, match="gave up"):
        Tesseract("eng", grey_file, timeout_s=0.05).read(page, dpi=150)


def test_fraktur_is_read_with_its_own_model():
    available = ["deu", "eng", "Fraktur", "frk"]
    assert models_for(("ger",), "Latf", available) == "Fraktur"
    assert models_for(("ger", "eng"), "Latn", available) == "deu+eng"
    assert models_for(("ger",), "Latf", ["frk"]) == "frk"
    assert models_for(("dan",), "Latf", [*available, "dan"]) == "Fraktur"
    with pytest.raises(RecognitionError, match="tesseract-ocr-script-frak"):
        models_for(("ger",), "Latf", ["deu"])


def test_models_go_by_terminologic_codes():
    available = ["deu", "nld", "ces", "ell", "chi_sim"]
    assert models_for(("dut", "cze", "gre"), "Latn", available) == "nld+ces+ell"
    assert models_for(("chi",), "Hans", available) == "chi_sim"
    with pytest.raises(RecognitionError, match=r"tesseract-ocr-ron$"):
        models_for(("rum",), "Latn", available)
    with pytest.raises(RecognitionError, match="tesseract-ocr-chi-tra"):
        models_for(("chi",), "Hant", ["deu"])


def test_a_language_without_a_model_is_left_out_beside_one_that_has_one():
    assert models_for(("ger", "wen"), "Latn", ["deu"]) == "deu"
    with pytest.raises(EngineError, match="languages"):
        models_for((), "Latn", ["deu"])


def test_old_and_new_spellings_meet():
    assert normalize("Mädchen") == normalize("MAEDCHEN") == "maedchen"
    assert normalize("muſs-\nten") == "mussten" and normalize("ﬁnden") == "finden"
    assert normalize("fran-\nçais") == normalize("francais") and normalize("e\u0301-\nté") == "ete"
    assert normalize("Mäd=\nchen") == normalize("Mäd\u2010 \n chen") == "maedchen"
    assert normalize("muſ-\nﬅe") == "musste" and normalize("Rhein-\nÜber") == "rhein- ueber"
    assert normalize("1870-\n71") == "1870- 71"
    assert printable("a\x0cb\ud800\x00c\ufffe") == "abc"

"""Word lists, known words, languages and scripts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from archive.images.images import load_image
from archive.wordlists import vocabulary, word_lists
from pipeline.recognize.quality import is_known, known_share, likeliest_language
from pipeline.recognize.sample import lines_of
from pipeline.recognize.script import find_scripts
from pipeline.recognize.settings import RecognizeSettings
from schemas.errors import ConfigError, EngineError, RecognitionError, is_systemic
from schemas.geometry import Box
from schemas.model import IssueMetadata, Region, RegionKind, TextLine, TextRegion, Word
from tasks.config_file import load
from tasks.flow.text_engines import readers
from tests.conftest import draw_page, shared

GERMAN = "Die Thür des Gartenhauses stand offen und die Dame trug einen Kragen von Spitzen"
ENGLISH = "The door of the garden house stood open and the lady wore a collar of lace"


def region(text):
    box = Box(0, 0, 900, 20)
    words = tuple(Word(word, box, 0.9) for word in text.split())
    return TextRegion(RegionKind.TEXT, box, (TextLine(box, words),))


@pytest.fixture(scope="module")
def lists():
    by_name = {name: vocabulary((name,)) for name in ("ger", "eng", "fre")}
    if not all(by_name.values()):
        pytest.skip("needs the word lists that make setup installs")
    return by_name


def test_words_of_old_spelling_are_known(lists):
    assert known_share([region(GERMAN)], lists["ger"]) > 0.9
    assert is_known("thuer", lists["ger"]) and not is_known("xqzwv", lists["ger"])


def test_word_lists_are_put_together_once():
    assert vocabulary(("ger", "eng")) is vocabulary(("ger", "eng"))


def test_garbage_is_not_known(lists):
    garbage = region("Tbe uiat fhnx qrst wvvz lkjh mnbv ytre poiu grfd")
    assert known_share([garbage], lists["eng"]) < 0.4


def test_languages_are_with_kinds(lists):
    assert likeliest_language([region(GERMAN)], lists) == "ger"
    assert likeliest_language([region(ENGLISH)], lists) == "eng"
    assert likeliest_language([region("xqz wvb krt plm")], lists) == ""


def test_without_lists_or_words_nothing_is_said(tmp_path):
    assert vocabulary(("ger",), tmp_path) == frozenset() and word_lists(("tlh",)) == ()
    assert known_share([region(GERMAN)], vocabulary(("ger",), tmp_path)) is None
    assert known_share([region("drei Worte nur")], {"drei"}) is None


def test_only_german_that_does_not_say_its_script_has_two_engines():
    settings = RecognizeSettings()
    assert list(readers(IssueMetadata(), settings).by_script) == ["Latn", "Latf"]
    assert list(readers(IssueMetadata(script="Latf"), settings).by_script) == ["Latf"]
    assert len(readers(IssueMetadata(languages=("eng",)), settings).by_script) == 1
    fixed = RecognizeSettings(script="Latf")
    assert list(readers(IssueMetadata(), fixed).by_script) == ["Latf"]


def test_a_language_without_a_model_costs_its_issue_and_a_configured_one_the_night():
    metadata = IssueMetadata(languages=("tlh",))
    with pytest.raises(RecognitionError, match="tesseract-ocr-tlh") as error:
        readers(metadata, RecognizeSettings())
    assert not is_systemic(error.value)
    with pytest.raises(EngineError, match="tesseract-ocr-tlh"):
        readers(IssueMetadata(), RecognizeSettings(languages=("tlh",)))


@pytest.mark.parametrize(
    ("installed", "expected", "configured", "error"),
    [
        (("deu", "eng"), {"languages": ("ger",)}, {}, EngineError),
        (("deu", "eng"), {"languages": ("deu",), "script": "Latf"}, {}, EngineError),
        (("deu", "eng"), {"languages": ("ger",)}, {"languages": ("eng",)}, EngineError),
        (("deu", "eng"), {"languages": ("dan",)}, {"script": "Latf"}, EngineError),
        (("deu", "eng"), {"script": "Latf"}, {"script": "Latn"}, RecognitionError),
        (("deu", "eng"), {"script": "Latf"}, {"languages": ("eng",)}, RecognitionError),
        (("deu", "eng"), {"languages": ("fre",)}, {}, RecognitionError),
        (("eng", "Fraktur"), {"languages": ("ger",), "script": "Latn"}, {}, EngineError),
        (("eng", "Fraktur"), {"languages": ("deu",)}, {"script": "Latn"}, EngineError),
        (
            ("eng", "Fraktur"),
            {"languages": ("ger",), "script": "Latn"},
            {"script": "Latf"},
            RecognitionError,
        ),
    ],
)
def test_a_missing_model_costs_one_issue_only_where_config_ini_does_not_ask_for_it(
    monkeypatch, installed, expected, configured, error
):
    models = tuple(Path(f"{name}.traineddata") for name in installed)
    monkeypatch.setattr("pipeline.recognize.tesseract_readers.tessdata", lambda: models)
    with pytest.raises(error, match="apt-get install tesseract-ocr-"):
        readers(IssueMetadata(**expected), RecognizeSettings(**configured))


def test_a_title_has_its_own_models(tmp_path):
    settings = RecognizeSettings(models=("Der Bazar = Fraktur", "Figaro = fra+eng"))
    metadata = IssueMetadata(title="figaro", languages=("ger",))
    assert [engine.models for engine in readers(metadata, settings).by_script.values()] == [
        "fra+eng"
    ]
    assert len(readers(IssueMetadata(title="Other"), settings).by_script) == 2
    with pytest.raises(EngineError, match="no klingon for Figaro"):
        readers(metadata, RecognizeSettings(models=("Figaro = klingon",)))
    (tmp_path / "config.ini").write_text("[recognize]\nmodels = Figaro\n")
    with pytest.raises(ConfigError, match="want a title"):
        load(tmp_path / "config.ini")


def text_in(*box):
    return Region(RegionKind.TEXT, Box(*box), (), 0.9)


def test_a_sample_is_where_type_stands_and_no_blank_or_bar_does():
    page = np.full((900, 640), 244, np.uint8)
    page[40:60] = page[400:600] = 20
    page[700:800, 30:600:6] = 20
    sample = lines_of(page, Box(0, 0, 640, 900), width=400, height=200)
    assert sample.shape == (200, 400)
    assert (sample < 100).any(axis=1).sum() == 100


def test_a_sample_stays_amid_the_text_above_a_footnote():
    page = np.full((900, 640), 244, np.uint8)
    page[100:700, 30:600:6] = page[750:850, 30:600:4] = 20
    sample = lines_of(page, Box(0, 0, 640, 900), width=400, height=200)
    assert np.array_equal(sample, page[350:550, 120:520])


@pytest.mark.engine
def test_the_script_is_told_where_words_are_read_and_nowhere_else():
    read_by = readers(IssueMetadata(languages=("ger",)), RecognizeSettings())
    grey = np.full((1500, 640), 244, np.uint8)
    grey[1100:1500] = draw_page(1, picture=False)[80:480, :, 0]
    reading = {"readers": read_by, "dpi": 150}
    blank, lines = text_in(0, 0, 640, 1000), text_in(0, 1100, 640, 1500)
    assert find_scripts(grey, [blank], **reading) == {}
    samples = find_scripts(grey, [blank, lines], **reading)
    assert {kind: sample.script for kind, sample in samples.items()} == {RegionKind.TEXT: "Latn"}


@pytest.mark.shared
@pytest.mark.engine
@pytest.mark.slow
def test_a_blanked_picture_amid_the_text_hides_no_script():
    page = shared("corpus") / "text_pages" / "pbl_ranke_reformation01_1839_0256.png"
    grey = load_image(page).rgb[..., 0].copy()
    height, width = grey.shape
    grey[height // 4 : -height // 4] = np.percentile(grey, 80)
    read_by = readers(IssueMetadata(languages=("ger",)), RecognizeSettings())
    body = text_in(100, 100, width - 100, height - 200)
    scripts = find_scripts(grey, [body], read_by, dpi=200)
    assert scripts[RegionKind.TEXT].script == "Latf"


@pytest.mark.shared
@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "script"),
    [
        ("pbl_ranke_reformation01_1839_0256", "Latf"),
        ("pbl_sachs_botanik_1875_0429", "Latf"),
        ("pbl_riegl_stilfragen_1893_0190", "Latn"),
        ("pbl_berg_ostasien04_1873_0423", "Latn"),
    ],
)
def test_the_script_is_told_from_real_print(page, script, lists):
    rgb = load_image(shared("corpus") / "text_pages" / f"{page}.png").rgb
    height, width = rgb.shape[:2]
    body = text_in(100, 100, width - 100, height - 200)
    read_by = readers(IssueMetadata(languages=("ger",)), RecognizeSettings())
    scripts = find_scripts(rgb[..., 0], [body], read_by, dpi=200)
    assert scripts[RegionKind.TEXT].script == script

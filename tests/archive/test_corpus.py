"""Reading a corpus: what is damaged is named, and layouts of pages judged are kept out."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from archive.training.corpus import load_corpus
from archive.weights import find_weights
from schemas.errors import ConfigError, ScanError
from tasks.workshop.training import train
from tasks.workshop.training_order import TrainingOrder


def test_a_corpus_with_a_missing_picture_is_refused_by_name(tmp_path):
    with pytest.raises(ScanError, match="illustrations.csv"):
        load_corpus(tmp_path)


@pytest.fixture
def corpus_folder(tmp_path):
    """A corpus of one picture and one layout."""
    rows = {"illustrations.csv": {"file": "picture.png", "book_title": "A book", "kind": "wood",
                                  "touches_border": "true", "has_caption_suspect": "false"},
            "layouts.csv": {"file": "layout.png"}}  # fmt: skip
    for name in ("illustrations.csv", "layouts.csv", "text_pages.csv", "papers.csv"):
        with (tmp_path / name).open("w", newline="") as stream:
            writer = csv.DictWriter(stream, rows.get(name, {"file": ""}))
            writer.writeheader()
            writer.writerows([rows[name]] if name in rows else [])
    Image.fromarray(np.full((40, 30), 90, np.uint8)).save(tmp_path / "picture.png")
    Image.fromarray(np.eye(40, dtype=np.uint8)).save(tmp_path / "layout.png")
    return tmp_path


def test_a_corpus_is_read_with_and_without_the_mark_that_excel_writes(corpus_folder):
    results = [load_corpus(corpus_folder)]
    index = corpus_folder / "illustrations.csv"
    index.write_text(index.read_text(), encoding="utf-8-sig")
    results.append(load_corpus(corpus_folder))
    assert [(len(result.pictures), len(result.layouts)) for result in results] == [(1, 1)] * 2


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("illustrations.csv", "", "has no column file"),
        ("illustrations.csv", "file,kind\npicture.png,wood\n", "has no column book_title"),
        ("illustrations.csv", "file,book_title,kind,touches_border,has_caption_suspect\n",
         "names no picture"),
        ("illustrations.csv", "file,book_title,kind,touches_border,has_caption_suspect\na.png\n",
         "row 2 has no book_title"),
        ("papers.csv", "file\n\"\"\n", "row 2 has no file"),
        ("text_pages.csv", "file\nJünger.png\n", "in UTF-8"),
        ("papers.csv", "file\n" + 200_000 * "x", "damaged"),
        ("papers.csv", "file\ngone.png\n", "gone.png: is not there"),
    ],
)  # fmt: skip
def test_a_damaged_index_of_a_corpus_is_named(corpus_folder, name, content, expected):
    (corpus_folder / name).write_text(content, encoding="latin-1")
    with pytest.raises(ScanError, match=expected):
        load_corpus(corpus_folder)


@pytest.mark.parametrize("layout", [np.zeros((40, 30, 3)), np.full((40, 30), 9)])
def test_a_layout_that_is_no_label_map_is_named(corpus_folder, layout):
    Image.fromarray(layout.astype(np.uint8)).save(corpus_folder / "layout.png")
    with pytest.raises(ScanError, match=r"layout.png: a layout is a label map"):
        load_corpus(corpus_folder)


@pytest.fixture
def judged(tmp_path):
    """Annotated pages: one with a label map twice the size of the corpus's layout, one without."""
    folder = tmp_path / "judged"
    folder.mkdir()
    for name in ("mapped", "outlined"):
        truth = {"width": 60, "height": 80, "source": "s", "page": f"{name}.png",
                 "illustrations": []}  # fmt: skip
        (folder / f"{name}.json").write_text(json.dumps(truth))
    return folder


def label_map(changed):
    """Return the layout of the corpus, twice as large, with a share of its rows changed."""
    labels = np.eye(40, dtype=np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    labels[: round(changed * len(labels))] = 4
    return labels


@pytest.mark.parametrize(("changed", "left"), [(0.0, 0), (0.05, 0), (0.2, 1)])
def test_layouts_of_pages_that_are_judged_are_left_out(corpus_folder, judged, changed, left):
    Image.fromarray(label_map(changed)).save(judged / "mapped.map.png")
    kept, whole = load_corpus(corpus_folder, judged), load_corpus(corpus_folder)
    assert (len(kept.layouts), kept.kept_out) == (left, 1 - left)
    assert (len(whole.layouts), whole.kept_out) == (1, 0)


@pytest.mark.slow
def test_a_training_says_which_layouts_it_keeps_out(corpus_folder, judged):
    Image.fromarray(label_map(0.0)).save(judged / "mapped.map.png")
    messages: list[str] = []
    order = TrainingOrder(
        corpus_folder / "run", corpus_folder, 1, threads=1, learning_rate=2e-3, batch_size=1,
        long_side=128, channels=(8, 12), workers=0, validate_every=0, keep_out=judged,
    )  # fmt: skip
    weights = train(order, messages.append)
    assert messages[0] == f"1 of 1 layouts are pages of {judged}: not used"
    assert "without layouts of the pages judged" in find_weights(str(weights)).card.data


def test_pages_without_label_maps_keep_no_layout_out(corpus_folder, judged):
    assert len(load_corpus(corpus_folder, judged).layouts) == 1


def test_a_folder_without_annotations_cannot_be_kept_out(corpus_folder, tmp_path):
    with pytest.raises(ConfigError, match="holds no annotation"):
        load_corpus(corpus_folder, tmp_path / "papers")

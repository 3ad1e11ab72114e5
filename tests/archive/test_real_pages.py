"""Annotated scans as material for training."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from archive.training.real_pages import check_sources, real_pages, to_labels
from pipeline.training.augment import augmented
from pipeline.training.margins import open_margins
from pipeline.training.samples import Frame, to_sample
from schemas.errors import ConfigError, DocumentError
from schemas.labels import IGNORE, may_be, open_label
from schemas.truth import read_truth
from tasks.workshop.training_data import Pages, scans, scans_left_out

LEFT_OPEN = open_label([0, 2, 3, 4])


def annotation(**changes):
    return {
        "width": 120, "height": 160, "source": "drawn", "page": "a.png",
        "labelled": ["illustration"], "illustrations": [{"box": [20, 40, 100, 100]}],
    } | changes  # fmt: skip


def labels_of(**changes):
    truth = read_truth(json.dumps(annotation(**changes)).encode(), name="drawn")
    return to_labels(truth, (160, 120))


@pytest.fixture
def folder(tmp_path):
    """Two sources: one page of "dark", four of "light"."""
    for name in ("truth", "pages"):
        (tmp_path / name).mkdir()
    for at, source in enumerate(["dark", *["light"] * 4]):
        page = np.full((160, 120), 240, np.uint8)
        page[40:100, 20:100] = 60
        Image.fromarray(page).save(tmp_path / f"pages/p{at}.png")
        content = json.dumps(annotation(source=source, page=f"p{at}.png"))
        (tmp_path / f"truth/p{at}.json").write_text(content)
    return tmp_path


def test_beside_illustrations_alone_only_illustration_is_ruled_out():
    labels = labels_of()
    assert labels[60, 60] == 1 and labels[10, 10] == LEFT_OPEN
    assert may_be(labels)[:, 10, 10].tolist() == [True, False, True, True, True]


def test_beside_everything_labelled_is_background():
    every = ["illustration", "caption", "header", "text"]
    assert labels_of(labelled=every, texts=[{"box": [0, 120, 120, 150]}])[10, 10] == 0


def test_illustrations_lie_over_text_and_what_does_not_count_over_both():
    labels = labels_of(texts=[{"box": [0, 0, 120, 160]}], ignore=[{"box": [20, 40, 60, 60]}])
    assert (labels[50, 30], labels[80, 60], labels[10, 10]) == (IGNORE, 1, 4)


def test_paper_at_the_edge_of_a_rectangle_is_neither_demanded_nor_punished(folder):
    content = json.dumps(annotation(source="loose", illustrations=[{"box": [5, 20, 115, 140]}]))
    (folder / "truth/p0.json").write_text(content)
    loose = scans(folder, 160, ("light",)).pages[0].labels
    assert loose[25, 60] == IGNORE and loose[135, 60] == IGNORE
    assert (loose[45:95, 25:95] == 1).all() and loose[5, 60] == LEFT_OPEN


def test_paper_inside_a_picture_stays_picture():
    page = np.full((160, 120, 3), 240, np.uint8)
    page[40:100, 20:100] = 60
    page[50:90, 30:90] = 240
    labels = labels_of()
    assert (open_margins(page, labels, [(20, 40, 100, 100)]) == labels).all()
    page[40:50, 50:60] = 240
    assert open_margins(page, labels, [(20, 40, 100, 100)])[70, 60] == IGNORE


def test_ornaments_do_not_count():
    ornament = {"box": [20, 40, 100, 100], "class": "ornament"}
    assert labels_of(illustrations=[ornament])[60, 60] == IGNORE


def test_a_class_that_is_none_is_named():
    with pytest.raises(DocumentError, match="labelled class 'stamp' is none of"):
        labels_of(labelled=["stamp"])


def test_left_out_sources_are_tried_on_and_never_drawn(folder):
    assert len(list(real_pages(folder))) == 5
    assert len(scans(folder, 128, ("light",)).pages) == 1
    assert len(scans_left_out(folder, 128, ("light",))) == 4
    with pytest.raises(ConfigError, match="no page is left"):
        scans(folder, 128, ("dark", "light"))


def test_a_source_of_four_times_as_many_pages_is_drawn_twice_as_often(folder):
    assert scans(folder, 128).chances == pytest.approx([1 / 3, *[1 / 6] * 4])


def test_a_source_that_is_not_there_is_named(folder):
    with pytest.raises(ConfigError, match="no source grey; it has dark, light"):
        check_sources(folder, ["grey"])


def test_scans_are_mixed_with_composed_pages_at_their_share(folder):
    pages = Pages(None, 128, real=folder, real_share=0.5)
    drawn = [(pages(seed).labels == LEFT_OPEN).any() for seed in range(30)]
    assert 8 <= sum(drawn) <= 22


def test_another_scan_of_a_page_keeps_page_and_map_together(folder):
    page = scans(folder, 128).pages[0]
    for seed in range(30):
        grey, labels = augmented(page.page, page.labels, np.random.default_rng(seed))
        assert grey.shape == labels.shape and grey.dtype == np.uint8
        assert set(np.unique(labels)) <= {1, LEFT_OPEN}
        if len(np.unique(labels)) == 2:
            assert np.median(grey[labels == 1]) < np.median(grey[labels == LEFT_OPEN])


def test_scans_are_not_mirrored(folder):
    page = scans(folder, 128).pages[0]
    page.labels[:, :20] = 4
    drawn = scans(folder, 128).draw(np.random.default_rng(0))
    shown = replace(drawn, page=page.page, labels=page.labels)
    frame = Frame(128, 96, low_scale=1, high_scale=1, mirror=1)
    _, labels = to_sample(shown, np.random.default_rng(0), frame)
    left = np.flatnonzero((labels.numpy() == 4).any(axis=0))
    assert left.min() == 0 and left.max() < 30

"""The separate and evaluate commands, and the step from probabilities to a full class map."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archive.images.images import load_labels
from pipeline.separate.engines.classical import classical
from pipeline.separate.separation import Separation, full_size, separate
from tasks.__main__ import main
from tests.conftest import draw_page


def separation(labels):
    return Separation(np.stack([labels == k for k in range(5)]).astype(np.float32), "drawn")


def test_two_pages_of_one_name_are_refused_before_anything_is_written(tmp_path, capsys):
    for folder, seed in (("one", 1), ("two", 2)):
        (tmp_path / folder).mkdir()
        Image.fromarray(draw_page(seed)).save(tmp_path / folder / "page_001.png")
    pages = [str(tmp_path / folder / "page_001.png") for folder in ("one", "two")]
    out = tmp_path / "out"
    assert main(["separate", *pages, "--to", str(out), "--engine", "classical"]) == 2
    assert "would both become page_001.png" in capsys.readouterr().err
    assert not out.exists()
    again = [pages[0], pages[0], "--to", str(out), "--engine", "classical"]
    assert main(["separate", *again]) == 0
    assert load_labels(out / "page_001.png").shape == draw_page(1).shape[:2]


@pytest.mark.parametrize(
    ("name", "expected"), [("page.png", []), ("page.overlay.jpg", ["--no-labels", "--overlay"])]
)
def test_a_page_is_never_replaced_by_its_own_map(tmp_path, capsys, monkeypatch, name, expected):
    monkeypatch.chdir(tmp_path)
    pages = {"page.png", name}
    for page in pages:
        Image.fromarray(draw_page(1)).save(page)
    before = {page: Path(page).read_bytes() for page in pages}
    assert main(["separate", *pages, "--to", ".", "--engine", "classical", *expected]) == 2
    assert f"would replace the page {name}" in capsys.readouterr().err
    assert all(Path(page).read_bytes() == content for page, content in before.items())


def drawn_pages():
    return [Image.fromarray(draw_page(seed, width=600 + 20 * seed)) for seed in range(3)]


@pytest.mark.parametrize("name", ["multi.tif", "doc.pdf"])
def test_every_page_of_a_file_has_its_map_and_copies_have_none(tmp_path, name):
    first, *others = drawn_pages()
    small = first.resize((60, 90))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    copies = [small] * (name == "multi.tif")
    first.save(tmp_path / name, save_all=True, append_images=[*others, *copies])
    first.save(tmp_path / "camera.jpg", format="MPO", save_all=True, append_images=[small])
    files = [str(tmp_path / item) for item in (name, "camera.jpg")]
    out, stem = tmp_path / "out", Path(name).stem
    assert main(["separate", *files, "--to", str(out), "--engine", "classical", "--overlay"]) == 0
    maps = [stem, f"{stem}_0002", f"{stem}_0003", "camera"]
    made = {f"{item}{suffix}" for item in maps for suffix in (".png", ".overlay.jpg")}
    assert {path.name for path in out.iterdir()} == made
    for item, page in zip(maps, (first, *others, first), strict=True):
        assert load_labels(out / f"{item}.png").shape == (page.height, page.width)


def test_a_second_page_is_not_replaced_by_a_file_of_its_name(tmp_path, capsys):
    first, second, _ = drawn_pages()
    first.save(tmp_path / "multi.tif", save_all=True, append_images=[second])
    first.save(tmp_path / "multi_0002.tif")
    files = [str(tmp_path / name) for name in ("multi.tif", "multi_0002.tif")]
    out = tmp_path / "out"
    assert main(["separate", *files, "--to", str(out), "--engine", "classical"]) == 2
    assert "would both become multi_0002.png" in capsys.readouterr().err
    assert not out.exists()


def test_a_page_of_a_file_that_is_damaged_costs_itself(tmp_path, capsys):
    first, *others = drawn_pages()
    for name in ("cut.tif", "stump.tif", "stump.pdf"):
        first.save(tmp_path / name, save_all=True, append_images=others)
        end = 40 if name.startswith("stump") else -100
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:end])
    files = [str(tmp_path / name) for name in ("stump.tif", "cut.tif", "stump.pdf")]
    out = tmp_path / "out"
    assert main(["separate", *files, "--to", str(out), "--engine", "classical"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert {path.name for path in out.iterdir()} == {"cut.png", "cut_0002.png"}
    assert len(lines) == 3 and sum(line.startswith("cut_0003: ") for line in lines) == 1
    assert all(any(f"{name}: " in line for line in lines) for name in files)


def test_nothing_to_write_is_a_usage_error(tmp_path, capsys):
    drawn_pages()[0].save(tmp_path / "page.png")
    out = tmp_path / "out"
    assert main(["separate", str(tmp_path / "page.png"), "--to", str(out), "--no-labels"]) == 2
    assert "--no-labels leaves nothing to write" in capsys.readouterr().err
    assert not out.exists()


def test_json_stays_json_when_the_worst_pages_are_named(tmp_path, capsys):
    truth = {"width": 100, "height": 80, "source": "drawn", "illustrations": []}
    (tmp_path / "a.json").write_text(json.dumps(truth))
    Image.fromarray(np.zeros((80, 100), np.uint8)).save(tmp_path / "a.png")
    folder = str(tmp_path)
    assert main(["evaluate", folder, folder, "--json", "--worst", "1"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["ALL"]["pages"] == 1
    assert "1.000  a" in captured.err


def test_an_engine_that_loses_a_page_is_found_out():
    pages = [draw_page(1), draw_page(2)]
    with pytest.raises(ValueError, match="1 separations for 2 pages"):
        separate(pages, lambda given: [separation(np.zeros((4, 3), int))])


def test_a_class_map_keeps_its_places_at_full_size():
    labels = np.zeros((40, 30), int)
    labels[10:20, 5:25], labels[22:25, 5:25], labels[30:, :] = 1, 2, 4
    whole = full_size(separation(labels), 400, 300)
    assert whole.dtype == np.uint8
    assert np.array_equal(whole[5::10, 5::10], labels)


def test_the_classical_engine_finds_pictures_and_text_on_its_own_grid():
    result = classical()([draw_page(2)])[0]
    assert result.engine == "classical"
    assert result.probabilities.sum(axis=0) == pytest.approx(1, abs=1e-5)
    assert set(np.unique(result.class_map)) == {0, 1, 4}
    assert (full_size(result, 900, 640)[150:330, 180:460] == 1).mean() > 0.9


@pytest.mark.parametrize("size", [(5000, 1), (1, 5000), (3000, 3)])
def test_the_classical_engine_works_on_a_strip_of_a_page_in_bounds(size):
    probabilities = classical()([np.full((*size, 3), 200, np.uint8)])[0].probabilities
    assert min(probabilities.shape[1:]) >= 1 and probabilities[0].size <= 500 * 4000

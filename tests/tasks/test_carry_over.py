"""A page that is mended costs a page: the others are taken over from the version before."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from tasks.__main__ import main
from tests.conftest import draw_page

pytestmark = [pytest.mark.engine, pytest.mark.slow]


def night(config, *more):
    return main([*(more or ("nightly",)), "--config", str(config)])


def built(config, capfd, *more):
    """Run a night; return the pages that stages were at work on, by stage."""
    capfd.readouterr()
    assert main(["--log-json", *(more or ("nightly",)), "--config", str(config)]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line[:1] == "{"]
    pages: dict[str, list[str]] = {}
    for line in lines:
        if line["event"] == "page done":
            pages.setdefault(line["stage"], []).append(line["page"])
    return {stage: sorted(names) for stage, names in pages.items()}


def inner(home):
    """A folder of five pages, of which the third is neither first nor last."""
    folder = home / "incoming" / "book-1"
    folder.mkdir()
    for at in range(5):
        Image.fromarray(draw_page(at + 20)).save(folder / f"p{at + 1}.png", dpi=(150, 150))
    return folder


def test_one_page_scanned_again_is_the_only_one_that_is_built(home, config, capfd):
    folder = inner(home)
    assert night(config) == 0
    Image.fromarray(draw_page(40)).save(folder / "p3.png", dpi=(150, 150))
    pages = built(config, capfd)
    assert set(pages) >= {"prepare", "separate", "recognize", "refine", "crop", "describe"}
    assert all(names == ["book-1_0003"] for names in pages.values())
    assert night(config, "verify") == 0


def test_a_page_put_in_is_built_and_those_behind_it_are_not(home, config, capfd):
    folder = inner(home)
    assert night(config) == 0
    Image.fromarray(draw_page(41)).save(folder / "p2a.png", dpi=(150, 150))
    pages = built(config, capfd)
    assert all(names == ["book-1_0006"] for names in pages.values())
    capfd.readouterr()
    assert night(config, "status", "--json") == 0


def test_what_was_taken_over_is_what_would_have_been_made(home, config, capfd, tmp_path):
    folder = inner(home)
    assert night(config) == 0
    Image.fromarray(draw_page(42)).save(folder / "p3.png", dpi=(150, 150))
    assert night(config) == 0
    taken = _results(home, "v002")
    for version in ("v001", "v002"):
        for path in (home / "archive" / "work").glob(f"*/*/book-1/{version}/*.outcome.json"):
            path.unlink()
        for path in (home / "archive" / "work").glob(f"*/*/book-1/{version}/pages.json"):
            path.unlink()
    assert night(config, "rerun", "book-1") == 0
    made = _results(home, "v002")
    assert taken.keys() == made.keys()
    assert [name for name in taken if taken[name] != made[name]] == []


def test_a_rerun_builds_pages_that_were_taken_over(home, config, capfd):
    folder = inner(home)
    assert night(config) == 0
    Image.fromarray(draw_page(43)).save(folder / "p3.png", dpi=(150, 150))
    assert night(config) == 0
    pages = built(config, capfd, "rerun", "book-1", "--stage", "refine", "--page", "2")
    assert pages["refine"] == ["book-1_0002"]


def test_damaged_work_is_not_taken_over(home, config, capfd):
    folder = inner(home)
    assert night(config) == 0
    (path,) = (home / "archive" / "work").glob("recognize/*/book-1/v001/book-1_0002.json")
    path.write_bytes(path.read_bytes() + b" ")
    Image.fromarray(draw_page(44)).save(folder / "p3.png", dpi=(150, 150))
    pages = built(config, capfd)
    assert pages["recognize"] == ["book-1_0002", "book-1_0003"]


def _results(home, version):
    return {
        str(path.relative_to(home / "archive")): path.read_bytes()
        for path in sorted((home / "archive" / "work").glob(f"*/*/book-1/{version}/**/*"))
        if path.is_file() and "outcome" not in path.name and path.name != "pages.json"
    }

"""What a page costs, counted: processes, decoded masters and bytes, since time is the machine's."""

from collections import Counter

import pytest
from pytesseract import pytesseract

from schemas.model import IssueId, PageId
from tasks.__main__ import main
from tasks.flow import page_files, stages
from tasks.flow.graph import PAGE_STAGES
from tasks.flow.page_stage import build_pages

ISSUE = "other-1909"
PAGES = tuple(PageId(IssueId(ISSUE), number) for number in (1, 2))
PIXELS = 900 * 640
MOST_BYTES_A_PIXEL = 2.0
"""One and a half are written for drawn pages with a picture of noise; the probabilities of five
classes on the net's grid are most of it, which is larger than these pages."""


@pytest.fixture
def counts(home, config, monkeypatch):
    """How often the stages of an issue of two drawn pages decoded a master or ran Tesseract."""
    assert main(["ingest", str(home / "incoming"), "--config", str(config)]) == 0
    counted, stage_at_work = Counter(), []

    def counting(name, function):
        def counted_call(*args, **options):
            counted[stage_at_work[-1], name] += 1
            return function(*args, **options)

        return counted_call

    load_image, run_tesseract = page_files.load_image, pytesseract.run_tesseract
    monkeypatch.setattr(page_files, "load_image", counting("decodes", load_image))
    monkeypatch.setattr(pytesseract, "run_tesseract", counting("runs", run_tesseract))
    for name in PAGE_STAGES:
        stage_at_work.append(name)
        build_pages(getattr(stages, name.capitalize()), ISSUE, config, PAGES)
    return counted


@pytest.mark.engine
def test_a_page_costs_one_tesseract_and_one_decoded_master_a_stage(counts, home):
    illustrated = len({path.name[:15] for path in home.rglob("work/crop/**/*_i01.png")})
    assert 0 < illustrated <= len(PAGES)
    assert counts == {
        ("prepare", "decodes"): len(PAGES),
        ("recognize", "runs"): len(PAGES),
        ("refine", "decodes"): illustrated,
        ("crop", "decodes"): illustrated,
    }


@pytest.mark.engine
@pytest.mark.usefixtures("counts")
def test_stages_write_no_more_than_two_bytes_a_pixel_of_the_master(home):
    written = [path.stat().st_size for path in home.rglob("archive/work/**/*") if path.is_file()]
    assert sum(written) < MOST_BYTES_A_PIXEL * PIXELS * len(PAGES)

"""Labels of pages that their neighbors correct, and those that nobody may make up."""

from dataclasses import replace

import pytest

from pipeline.describe.pagination import with_agreed_labels
from schemas.model import IssueId, PageId, Scan
from schemas.published import PageDescription, PageHeader, PublishedPage

SCAN = Scan(PageId(IssueId("idler"), 1), "a", "a", "", 10, 10, 300.0, "image/png", "L", 8, 1)


def labels(*read, scans=()):
    pages = []
    for sequence, label in enumerate(read, start=1):
        page = PageId(IssueId("idler"), sequence)
        head = PageHeader("HEAD", label=label) if label is not None else None
        scan = replace(SCAN, page=page, label=dict(scans).get(sequence))
        pages.append(PublishedPage(scan, PageDescription(page, head)))
    results = [page.description.header for page in with_agreed_labels(pages)]
    return [head.label if head else None for head in results]


@pytest.mark.parametrize(
    ("read", "agreed"),
    [
        (("311", "312", "33", None, "315"), ["311", "312", "313", "314", "315"]),
        (("311", "7", "40", None, "900"), ["311", "7", "40", None, "900"]),
        (("8", "9", None, "10", "11"), ["8", "9", None, "10", "11"]),
        ((None, "12", "13", None), [None, "12", "13", None]),
        (("XII", "12", "17", "14"), ["XII", "12", "13", "14"]),
    ],
    ids=["misread", "nothing agrees", "plate between", "nothing beyond", "roman"],
)
def test_labels_between_agreeing_ones_are_mended(read, agreed):
    assert labels(*read) == agreed


def test_what_came_with_the_scan_stays():
    assert labels("5", "6", "70", "8", scans=[(3, "6a")]) == ["5", "6", "70", "8"]


def test_a_year_that_pages_share_is_their_date():
    pages = []
    for sequence in range(1, 5):
        scan = replace(SCAN, page=PageId(IssueId("idler"), sequence))
        head = PageHeader("JUGEND", label="1896" if sequence < 4 else "1897")
        pages.append(PublishedPage(scan, PageDescription(scan.page, head)))
    results = [page.description.header for page in with_agreed_labels(pages)]
    assert [(head.label, head.date) for head in results] == [*[(None, "1896")] * 3, ("1897", None)]


def test_pages_may_have_numbers_that_could_be_years():
    assert labels("1501", "1502", "1503") == ["1501", "1502", "1503"]

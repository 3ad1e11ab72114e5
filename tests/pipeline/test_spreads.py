"""Plates that run over the fold."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.describe.spreads import joined_spreads
from schemas.geometry import Box
from schemas.model import Illustration, IssueId, PageId, Scan
from schemas.package import illustrations, right_half
from schemas.rules.checks import check_manifest
from schemas.write.iiif import manifest
from schemas.write.structure import links, logical_map
from schemas.write.tables import illustrations_csv
from tests.packages import PUBLIC, small_issue

ISSUE = IssueId("a-1")


def scan(sequence):
    return Scan(
        PageId(ISSUE, sequence), "p", "p", "0" * 64, 1000, 1400, 300, "image/tiff", "L", 8, 1
    )


def plate(seed=0):
    """A soft picture, 1200 high and 1860 wide."""
    rng = np.random.default_rng(seed)
    rough = rng.integers(0, 255, (12, 5, 3), dtype=np.uint8)
    return cv2.resize(rough, (1860, 1200), interpolation=cv2.INTER_CUBIC)


def halves(*, gap=20, right_top=100):
    left = Illustration(PageId(ISSUE, 2), 1, Box(60, 100, 1000 - gap, 1300), (), 0.9)
    box = Box(gap, right_top, 940, right_top + 1200)
    return left, Illustration(PageId(ISSUE, 3), 2, box, (), 0.9)


def joined(left, right, *, second=None):
    whole = plate()
    crops = {str(left): whole[:, :920], str(right): (plate(9) if second else whole)[:, 940:]}
    pages = [(scan(1), ()), (scan(2), (left,)), (scan(3), (right,))]
    return joined_spreads(pages, lambda item: crops[str(item)])[2][0].continues


def test_halves_of_one_plate_are_joined():
    left, right = halves()
    assert joined(left, right) == str(left)


def test_two_plates_that_face_each_other_are_not():
    assert joined(*halves(), second=True) == ""


def test_halves_far_from_the_fold_or_at_other_heights_are_not():
    assert joined(*halves(gap=120)) == ""
    left, right = halves()
    assert joined(left, replace(right, box=Box(20, 400, 940, 1390))) == ""


def test_pages_that_do_not_follow_each_other_are_not_compared():
    left, right = halves()
    pages = [(scan(2), (left,)), (scan(4), (right,))]
    assert joined_spreads(pages, lambda item: plate())[1][0].continues == ""


def test_a_right_half_does_not_run_on_to_the_next_page():
    wide = [Illustration(PageId(ISSUE, n), 1, Box(20, 100, 980, 1300), (), 0.9) for n in (1, 2, 3)]
    pages = [(scan(n), (item,)) for n, item in enumerate(wide, start=1)]
    result = joined_spreads(pages, lambda item: plate()[:, :20])
    assert [item.continues for (item,) in result] == ["", str(wide[0]), ""]


@pytest.fixture
def plated(tmp_path):
    """An issue of four pages; its second illustration is the right half of its first."""
    whole, _ = small_issue(tmp_path, pages=4)
    first, second, *rest = whole.pages
    left, right = (page.description.illustrations[0] for page in (first, second))
    changed = replace(second.description, illustrations=(replace(right, continues=str(left)),))
    return replace(whole, pages=(first, replace(second, description=changed), *rest))


def test_a_plate_is_one_illustration_in_mets(plated):
    first, second, third = (page.description.illustrations[0] for page in plated.pages[:3])
    assert [(n, picture) for n, _, picture in illustrations(plated)] == [(1, first), (2, third)]
    assert right_half(plated, first)[1] == second
    div = logical_map(plated, {}, has_rights=False, with_cut_outs=False)[0][0]
    name = div.get("ID")
    targets = [
        link for link in links(plated)
        if link.get("{http://www.w3.org/1999/xlink}from") == name
    ]  # fmt: skip
    assert len(targets) == 2


def test_a_plate_is_one_range_of_the_manifest_named_as_in_mets(plated):
    record = json.loads(manifest(plated, {}, PUBLIC))
    ranges = record["structures"][0]["items"]
    divs = logical_map(plated, {}, has_rights=False, with_cut_outs=False)[0]
    assert [item["id"].rpartition("/")[2] for item in ranges] == [div.get("ID") for div in divs]
    places = [[part["source"]["id"][-4:] for part in item["items"]] for item in ranges]
    assert places == [["0001", "0002"], ["0003"]]
    assert not list(check_manifest(record, name="manifest.json"))


def test_the_right_half_of_a_plate_has_a_row_that_names_the_left(plated):
    rows = list(csv.DictReader(io.StringIO(illustrations_csv(plated, {}).decode())))
    left, right, third = (str(page.description.illustrations[0]) for page in plated.pages[:3])
    assert [(row["id"], row["continues"]) for row in rows] == [
        (left, ""), (right, left), (third, ""),
    ]  # fmt: skip

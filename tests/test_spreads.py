"""Plates that run over the fold."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from pipeline.describe.spreads import joined_spreads
from schemas.geometry import Box
from schemas.model import Illustration, IssueId, PageId, Scan
from schemas.package import illustrations, right_half
from schemas.write.structure import links, logical_map
from tests.packages import small_issue

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
    return joined_spreads(pages, lambda one: crops[str(one)])[2][0].continues


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
    assert joined_spreads(pages, lambda one: plate())[1][0].continues == ""


def test_a_plate_is_one_illustration_in_mets(tmp_path):
    whole, _ = small_issue(tmp_path)
    count = len(list(illustrations(whole)))
    first, *_ = (p for page in whole.pages for p in page.description.illustrations)
    second_page = next(
        page
        for page in whole.pages
        if page.description.illustrations and page.description.illustrations[0] != first
    )
    other = replace(second_page.description.illustrations[0], continues=str(first))
    said = replace(
        second_page.description,
        illustrations=(other, *second_page.description.illustrations[1:]),
    )
    pages = tuple(
        replace(page, description=said) if page is second_page else page for page in whole.pages
    )
    joined_issue = replace(whole, pages=pages)
    assert len(list(illustrations(joined_issue))) == count - 1
    assert right_half(joined_issue, first)[1] == other
    div = logical_map(joined_issue, {}, has_rights=False, with_cut_outs=False)[0][0]
    name = div.get("ID")
    targets = [
        link for link in links(joined_issue)
        if link.get("{http://www.w3.org/1999/xlink}from") == name
    ]  # fmt: skip
    assert len(targets) == 2

"""Comics are parted at their gutters, and a drawing with white in it is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.separate.panels import panels

PAPER = 245


def sheet(rows=3, columns=2, tint=200, frame=20):
    """A page of framed and tinted panels, and the mask of all of them together."""
    page = np.full((768, 560), PAPER, np.uint8)
    high, wide = 720 // rows, 520 // columns
    for row in range(rows):
        for column in range(columns):
            left, top = 20 + column * wide, 24 + row * high
            corners = (left, top), (left + wide - 14, top + high - 14)
            cv2.rectangle(page, *corners, tint, -1)
            cv2.circle(page, (left + wide // 2, top + high // 2), 50, 90, -1)
            cv2.rectangle(page, *corners, frame, 2)
    mask = np.zeros_like(page)
    mask[22 : 24 + rows * high - 12, 18 : 20 + columns * wide - 12] = 1
    return page, mask


@pytest.mark.parametrize(("rows", "columns"), [(3, 2), (1, 3), (2, 1)])
def test_panels_are_parted_at_their_gutters(rows, columns):
    page, mask = sheet(rows, columns)
    results = list(panels(mask, page))
    assert len(results) == rows * columns
    assert (sum(part.astype(int) for part in results) <= 1).all()
    assert sum(int(part.sum()) for part in results) > 0.85 * mask.sum()


def test_panels_without_tint_are_parted_by_their_frames():
    page, mask = sheet(tint=PAPER)
    assert len(list(panels(mask, page))) == 6


def test_white_through_a_drawing_is_no_gutter():
    page, mask = sheet(1, 1, tint=PAPER, frame=PAPER)
    rng = np.random.default_rng(1)
    page[60:330, 60:500] = rng.integers(0, 255, (270, 440))
    page[360:700, 60:260] = rng.integers(0, 255, (340, 200))
    (only,) = panels(mask, page)
    assert np.array_equal(only, mask)


def test_a_small_picture_is_left_whole():
    page, mask = sheet()
    small = np.zeros_like(mask)
    small[24:150, 20:280] = 1
    assert len(list(panels(small, page))) == 1

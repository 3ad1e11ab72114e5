"""Small printed ornaments: pen flourishes, rows of fleurons, panels of rules, line drawings."""

from __future__ import annotations

from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.sheet import ILLUSTRATION, Sheet
from schemas.corpus import Corpus, Picture
from schemas.model import Box


def pick(sheet: Sheet, corpus: Corpus) -> Picture:
    """Draw a picture from the corpus by its weight."""
    weights = np.array([picture.weight for picture in corpus.pictures])
    return corpus.pictures[sheet.rng.choice(len(weights), p=weights / weights.sum())]


def ornamental_piece(sheet: Sheet, corpus: Corpus, box: Box) -> None:
    """Print a head- or tailpiece: a picture, or, where it is wide, what printers had in type."""
    inside = box.clipped(sheet.width, sheet.height)
    if inside is None or min(inside.width, inside.height) < 8:
        return
    if inside.width < 2 * inside.height or sheet.chance(0.45):
        small(sheet, corpus, inside)
        return
    kinds = (tiles, panel, flourish, partial(fleurons, of=_rather_a_vignette(sheet, corpus)))
    kinds[sheet.rng.integers(len(kinds))](sheet, inside)


def small(sheet: Sheet, corpus: Corpus, box: Box) -> NDArray[np.bool_]:
    """Print a small picture, rather a vignette than a framed one; return its silhouette.

    At its small size a third are line drawings: of the tones only the edges are left, as in the
    figures of schoolbooks.
    """
    picture = _rather_a_vignette(sheet, corpus)
    if not picture.is_framed and sheet.chance(0.35):
        picture = line_drawing(picture, box)
    return sheet.picture(picture, box, stretch=1.6)


def _rather_a_vignette(sheet: Sheet, corpus: Corpus) -> Picture:
    some = [pick(sheet, corpus) for _ in range(4)]
    return next((picture for picture in some if not picture.is_framed), some[0])


def line_drawing(picture: Picture, box: Box) -> Picture:
    """Return ``picture`` at about twice the size of ``box``, its edges as lines, no tones."""
    grey = picture.image if picture.image.ndim == 2 else picture.image.mean(axis=2)
    scale = min(1.0, 2 * max(box.width, box.height) / max(grey.shape))
    size = (max(4, round(grey.shape[1] * scale)), max(4, round(grey.shape[0] * scale)))
    shrunk = cv2.resize(np.ascontiguousarray(grey, np.float32), size, interpolation=cv2.INTER_AREA)
    around = cv2.GaussianBlur(shrunk, (0, 0), 2.5)
    edges = np.clip((shrunk + 8) / (around + 8), 0, 1)
    drawn = np.clip((edges - 0.55) / 0.4, 0, 1) * 255
    return Picture(drawn.astype(np.uint8), False, picture.kind, picture.source)


def flourish(sheet: Sheet, box: Box) -> None:
    """Draw a stroke of the pen across ``box``, thick in the middle; its box is illustration."""
    along = np.linspace(0, 1, 120)
    knots = np.r_[0.5, sheet.rng.uniform(-0.6, 1.6, 2), 0.5]
    weights = ((1 - along) ** 3, 3 * along * (1 - along) ** 2, 3 * along**2 * (1 - along), along**3)
    curve = np.asarray(sum(k * w for k, w in zip(knots, weights, strict=True)))
    bend = sheet.between(0.3, 0.8) * box.height * (curve - curve.min()) / max(np.ptp(curve), 0.02)
    middle = box.top + (box.height - bend.max()) / 2 + bend
    swell = np.sin(np.pi * along ** sheet.between(0.5, 2.0)) ** sheet.between(0.7, 2.0)
    half = 0.6 + swell * sheet.between(0.03, 0.14) * box.height + sheet.rng.normal(0, 0.15, 120)
    across = box.left + along * (box.width - 1)
    edge = np.r_[np.c_[across, middle - half], np.c_[across, middle + half][::-1]]
    strokes = [edge]
    if sheet.chance(0.3):  # a hook at one end
        end = int(sheet.chance(0.5)) * 119
        back = (-1.0 if end else 1.0) * sheet.between(0.04, 0.12) * box.width
        tip = (across[end] + back, middle[end] + sheet.between(-0.4, 0.4) * box.height)
        root = [(across[end], middle[end] + side) for side in (-1.0, 1.0)]
        strokes.append(np.array([*root, tip]))
    for stroke in strokes:
        points = np.round(stroke * 16).astype(np.int32)
        cv2.fillPoly(sheet.tone, [points], 15, cv2.LINE_AA, shift=4)
    _as_illustration(sheet, Box.around([(x, y) for x, y in np.vstack(strokes)]), pad=3)


def fleurons(sheet: Sheet, box: Box, *, of: Picture) -> None:
    """Print one to three rows of a small piece of a picture over and over, as fleurons are set."""
    rows = int(sheet.rng.choice([1, 1, 2, 3])) if box.height >= 24 else 1
    side = box.height // rows
    piece = _mirrored(of, side, sheet)
    step = round(side * sheet.between(0.85, 1.4))
    for row in range(rows):
        for left in range(box.left, box.right - side + 1, step):
            turned = piece[:, ::-1] if row % 2 else piece
            sheet.stamp(turned, left, box.top + row * side)
    _as_illustration(sheet, box, pad=2)


def tiles(sheet: Sheet, box: Box) -> None:
    """Print a strip of a small symmetric pattern repeated."""
    cell = max(4, min(box.width, box.height) // int(sheet.rng.integers(1, 4)))
    tile = (sheet.rng.random((7, 4)) < 0.5).astype(np.uint8) * 255
    big = cv2.resize(np.hstack([tile, tile[:, ::-1]]), (cell, cell), interpolation=cv2.INTER_LINEAR)
    rows, columns = -(-box.height // cell), -(-box.width // cell)
    sheet.stamp(np.tile(big, (rows, columns))[: box.height, : box.width], box.left, box.top)
    _as_illustration(sheet, box, pad=2)


def panel(sheet: Sheet, box: Box) -> None:
    """Print a frame of two rules with a chain of rings or lozenges in it."""
    edge = (box.right - 1, box.bottom - 1)
    cv2.rectangle(sheet.tone, (box.left, box.top), edge, 20, 1 + int(sheet.rng.integers(3)))
    gap = max(3, box.height // 7)
    inner = (box.left + gap, box.top + gap), (edge[0] - gap, edge[1] - gap)
    cv2.rectangle(sheet.tone, *inner, 40, 1)
    radius = max(2, round(box.height * sheet.between(0.08, 0.26)))
    middle = (box.top + box.bottom) // 2
    step = max(3, round(radius * sheet.between(1.2, 3.0)))
    corners = 4 if sheet.chance(0.4) else 40
    for at in range(box.left + 3 * gap, box.right - 3 * gap, step):
        turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        ring = np.c_[at + radius * np.cos(turns), middle + radius * np.sin(turns)]
        cv2.polylines(sheet.tone, [ring.astype(np.int32)], True, 30, 1, cv2.LINE_AA)
    _as_illustration(sheet, box, pad=2)


def _mirrored(picture: Picture, side: int, sheet: Sheet) -> NDArray[np.uint8]:
    """Return the ink of a piece of ``picture``, mirrored in its middle, (side, side) uint8."""
    grey = picture.image if picture.image.ndim == 2 else picture.image.mean(axis=2)
    ink = 255 - np.ascontiguousarray(grey, np.uint8)
    size = max(4, round(min(grey.shape) * sheet.between(0.15, 0.7)))
    pieces = [_piece(sheet, ink, min(size, *ink.shape)) for _ in range(4)]
    half = cv2.resize(
        max(pieces, key=np.std), (max(2, side // 2), side), interpolation=cv2.INTER_AREA
    )
    strong = np.clip(half.astype(np.float32) * 2.0 - 90, 0, 255).astype(np.uint8)
    whole = np.hstack([strong, strong[:, ::-1]])
    disc = np.zeros_like(whole)
    middle = (whole.shape[1] // 2, side // 2)
    cv2.ellipse(disc, middle, (whole.shape[1] // 2, side // 2), 0, 0, 360, 255, -1)
    return np.asarray(cv2.bitwise_and(whole, disc), np.uint8)


def _piece(sheet: Sheet, ink: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    top = int(sheet.rng.integers(ink.shape[0] - size + 1))
    left = int(sheet.rng.integers(ink.shape[1] - size + 1))
    return ink[top : top + size, left : left + size]


def _as_illustration(sheet: Sheet, box: Box, *, pad: int) -> None:
    """Label ``box`` and ``pad`` pixels around it, where its ink may reach."""
    sheet.mark(box, ILLUSTRATION, pad=pad)
    grown = Box(box.left - pad, box.top - pad, box.right + pad, box.bottom + pad)
    inside = grown.clipped(sheet.width, sheet.height)
    if inside is not None:
        sheet.alpha[inside.top : inside.bottom, inside.left : inside.right] = 255

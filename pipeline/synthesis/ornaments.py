"""Small printed pictures: pen flourishes, fleurons, panels of rules, line drawings, cards."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.sheet import ILLUSTRATION, Sheet, pick_vignette, square_of
from schemas.corpus import Corpus, Picture
from schemas.geometry import Box


def ornamental_piece(sheet: Sheet, corpus: Corpus, box: Box) -> None:
    """Print a head- or tailpiece: a picture, or, where it is wide, what printers had in type."""
    inside = box.clipped(sheet.width, sheet.height)
    if inside is None or min(inside.width, inside.height) < 8:
        return
    if inside.width < 2 * inside.height or sheet.chance(0.3):
        print_small(sheet, corpus, inside)
        return
    rows_of_type = partial(fleurons, corpus=corpus)
    kinds = (tiles, panel, rows_of_type, rows_of_type)
    kinds[sheet.rng.integers(len(kinds))](sheet, inside)


def print_small(sheet: Sheet, corpus: Corpus, box: Box) -> NDArray[np.bool_]:
    """Print a small picture, rather a vignette than a framed one; return its silhouette.

    A third of the vignettes become line drawings, as the figures of schoolbooks are: at a small
    size little but outlines was cut. Some are printed pale; in a slim box a picture becomes a
    slim object. The silhouette is empty if nothing of the picture is left.
    """
    picture = pick_vignette(sheet, corpus)
    is_drawn = not picture.is_framed and sheet.chance(0.35)
    if is_drawn:
        picture = line_drawing(picture, box, soft=_SOFT * sheet.unit)
    if sheet.chance(0.2):
        picture = replace(picture, image=pale(picture.grey, sheet.between(0.3, 0.75)))
    is_slim = max(box.width, box.height) > _SLIM * min(box.width, box.height)
    shape = sheet.picture(picture, box, stretch=5.0 if is_slim else 1.6)
    if is_drawn:
        sheet.type_cast |= shape
    return shape


_SLIM = 3
"""Times its width, or its height, that a slim object is long."""


def pale(grey: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """Return ``grey`` (H, W) printed with ``strength`` (0..1) of its ink."""
    return np.asarray(255 - np.round((255.0 - grey) * strength), dtype=np.uint8)


_SOFT, _LIGHTEST, _DARKEST = 2.5, 0.95, 0.55
"""Pixels over which surroundings are averaged; shares of that tone from paper to full ink."""


def line_drawing(picture: Picture, box: Box, *, soft: float = _SOFT) -> Picture:
    """Return ``picture`` at about twice the size of ``box``, its edges as lines, no tones.

    Edges are what differs from its surroundings within ``soft`` pixels.
    """
    grey = picture.grey
    scale = min(1.0, 2 * max(box.width, box.height) / max(grey.shape))
    size = (max(4, round(grey.shape[1] * scale)), max(4, round(grey.shape[0] * scale)))
    shrunk = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32) + 8
    against = shrunk / cv2.GaussianBlur(shrunk, (0, 0), soft)
    drawn = np.clip((against - _DARKEST) / (_LIGHTEST - _DARKEST), 0, 1) * 255
    return replace(picture, image=drawn.astype(np.uint8))


_MARGIN = 6
"""Pixels, of a sheet of unit 1, round the ink of a stroke that are illustration: it is slim."""


def flourish(sheet: Sheet, box: Box) -> None:
    """Draw a stroke of the pen across ``box``, thick in the middle; its ink is illustration."""
    along = np.linspace(0, 1, 120)
    knots = np.r_[0.5, sheet.rng.uniform(-0.6, 1.6, 2), 0.5]
    weights = ((1 - along) ** 3, 3 * along * (1 - along) ** 2, 3 * along**2 * (1 - along), along**3)
    curve = np.asarray(sum(k * w for k, w in zip(knots, weights, strict=True)))
    bend = sheet.between(0.3, 0.8) * box.height * (curve - curve.min()) / max(np.ptp(curve), 0.02)
    middle = box.top + (box.height - bend.max()) / 2 + bend
    swell = np.sin(np.pi * along ** sheet.between(0.5, 2.0)) ** sheet.between(0.7, 2.0)
    half = 0.6 + swell * sheet.between(0.03, 0.14) * box.height
    half += sheet.rng.normal(0, 0.15, len(along))  # a rough edge
    across = box.left + along * (box.width - 1)
    strokes = [np.r_[np.c_[across, middle - half], np.c_[across, middle + half][::-1]]]
    if sheet.chance(0.3):
        strokes.append(_hook(sheet, box, across, middle))
    ink = np.zeros_like(sheet.tone)
    for stroke in strokes:
        cv2.fillPoly(ink, [np.round(stroke * 16).astype(np.int32)], 240, cv2.LINE_AA, shift=4)
    sheet.stamp(ink, 0, 0)
    shape = ink > 0
    sheet.alpha[shape] = 255
    sheet.type_cast |= sheet.label(shape, grow=sheet.px(_MARGIN))
    sheet.taken[max(0, box.top) : box.bottom, max(0, box.left) : box.right] = True


def _hook(
    sheet: Sheet, box: Box, across: NDArray[np.float64], middle: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a barb at one end of a stroke, (3, 2) x and y."""
    end, inwards = (-1, -1.0) if sheet.chance(0.5) else (0, 1.0)
    tip = (
        across[end] + inwards * sheet.between(0.04, 0.12) * box.width,
        middle[end] + sheet.between(-0.4, 0.4) * box.height,
    )
    return np.array([*((across[end], middle[end] + side) for side in (-1.0, 1.0)), tip])


def fleurons(sheet: Sheet, box: Box, *, corpus: Corpus) -> None:
    """Print one to three rows of a small piece of a picture over and over, as fleurons are set."""
    rows = int(sheet.rng.choice([1, 1, 2, 3])) if box.height >= 24 else 1
    side = box.height // rows
    piece = _mirrored(sheet, pick_vignette(sheet, corpus), side)
    if not piece.any():
        return
    step = round(side * sheet.between(0.85, 1.4))
    count = 1 + (box.width - side) // step
    width = (count - 1) * step + side
    first = box.left + (box.width - width) // 2
    for row in range(rows):
        for left in range(first, first + count * step, step):
            sheet.stamp(piece[:, ::-1] if row % 2 else piece, left, box.top + row * side)
    run = Box(first, box.top, first + width, box.top + rows * side)
    _as_illustration(sheet, run, pad=2)


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
    cv2.rectangle(
        sheet.tone, (box.left, box.top), edge, 20, sheet.px(1 + int(sheet.rng.integers(3)))
    )
    gap = max(3, box.height // 7)
    corner = (box.left + gap, box.top + gap)
    cv2.rectangle(sheet.tone, corner, (edge[0] - gap, edge[1] - gap), 40, sheet.px(1))
    radius = max(2, round(box.height * sheet.between(0.08, 0.26)))
    middle = (box.top + box.bottom) // 2
    step = max(3, round(radius * sheet.between(1.2, 3.0)))
    turns = np.linspace(0, 2 * np.pi, 4 if sheet.chance(0.4) else 40, endpoint=False)
    for at in range(box.left + 3 * gap, box.right - 3 * gap, step):
        ring = np.c_[at + radius * np.cos(turns), middle + radius * np.sin(turns)]
        cv2.polylines(sheet.tone, [ring.astype(np.int32)], True, 30, sheet.px(1), cv2.LINE_AA)
    _as_illustration(sheet, box, pad=2)


def card(sheet: Sheet, corpus: Corpus, box: Box) -> None:
    """Print a card or a diagram: a frame of a thin rule, small things here and there in it."""
    thickness = sheet.px(1 + int(sheet.rng.integers(2)))
    edge = (box.right - 1, box.bottom - 1)
    cv2.rectangle(sheet.tone, (box.left, box.top), edge, int(sheet.between(10, 90)), thickness)
    image = pick_vignette(sheet, corpus)
    side = max(6, round(min(box.width, box.height) * sheet.between(0.15, 0.4)))
    columns, rows = int(sheet.rng.integers(1, 4)), int(sheet.rng.integers(1, 5))
    for row in range(rows):
        for column in range(columns):
            if sheet.chance(0.3):
                continue
            x = box.left + (2 * column + 1) * box.width // (2 * columns)
            y = box.top + (2 * row + 1) * box.height // (2 * rows)
            place = Box(x - side // 2, y - side // 2, x + side // 2, y + side // 2)
            inside = place.clipped(edge[0], edge[1])
            if inside is not None and inside.left > box.left and inside.top > box.top:
                sheet.picture(image, inside, stretch=1.6)
    _as_illustration(sheet, box, pad=1)


def _mirrored(sheet: Sheet, picture: Picture, side: int) -> NDArray[np.uint8]:
    """Return the ink of a piece of ``picture``, mirrored in its middle, about ``side`` square."""
    ink = 255 - picture.grey
    size = min(max(4, round(min(ink.shape) * sheet.between(0.15, 0.7))), *ink.shape)
    pieces = [square_of(sheet, ink, size) for _ in range(4)]
    richest = max(pieces, key=np.std)
    half = cv2.resize(richest, (max(2, side // 2), side), interpolation=cv2.INTER_AREA)
    strong = np.clip(half * (2.0 * 255 / max(1, int(half.max()))) - 90, 0, 255).astype(np.uint8)
    whole = np.hstack([strong, strong[:, ::-1]])
    disc = np.zeros_like(whole)
    middle = (whole.shape[1] // 2, side // 2)
    cv2.ellipse(disc, middle, middle, 0, 0, 360, 255, -1)
    return np.asarray(cv2.bitwise_and(whole, disc), np.uint8)


def _as_illustration(sheet: Sheet, box: Box, *, pad: int) -> None:
    """Label ``box`` and ``pad`` pixels around it, where its ink may reach, as printed like type."""
    sheet.mark(box, ILLUSTRATION, pad=pad)
    inside = box.grown(pad).clipped(sheet.width, sheet.height)
    if inside is not None:
        sheet.type_cast[inside.top : inside.bottom, inside.left : inside.right] = True

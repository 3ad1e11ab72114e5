"""Alpha of one illustration: closed form on the tiles that need it, its ink, or a plain frame.

Closed-form matting: Levin, Lischinski, Weiss, "A Closed-Form Solution to Natural Image Matting",
TPAMI 2008, as implemented by PyMatting. It costs about 425 MB and two seconds a megapixel, so it
runs only on tiles that touch the unknown band.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.refine.bitonal import bitonal_matte, is_bitonal
from pipeline.refine.borders import within_border
from pipeline.refine.closing import closed_by_disk
from pipeline.refine.frames import frame_of, pale_frame, without_text
from pipeline.refine.ink import ink_matte, is_line_art
from pipeline.refine.rules import ruled_frame
from pipeline.refine.settings import RefineSettings
from schemas.errors import RefineError
from schemas.geometry import pixels_of
from schemas.model import RGB8, Matte

TILE = 512
OVERLAP = 32
_SMALL_TILE, _AROUND = 128, 32
"""Side of what the foreground is estimated on at a time, and pixels seen around it."""
SOLVER_TOLERANCE = 1e-3
"""Relative residual at which the solver stops; 1e-7 takes three times as long and gains nothing."""

_LIKELY = 0.5
_PAPER_GAP_MM = 4.5
_PAPER_STEP = 0.16
_LEAST_KEPT = 0.3
_SPECK = 0.02
_ISLAND = 0.04


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """Alpha (H, W) 0..1, the foreground (H, W, 3) uint8 without paper, and how it was made.

    ``method`` is frame, silhouette or ink; ``score`` 0..1 is the share of pixels that ended sure.
    ``inside`` (H, W) is what the outline of the picture encloses.
    """

    matte: Matte
    foreground: RGB8
    method: str
    score: float
    inside: NDArray[np.bool_]


def refine_illustration(
    crop: RGB8,
    inside: NDArray[np.float32],
    text: NDArray[np.float32],
    *,
    dpi: float,
    settings: RefineSettings,
) -> Refined:
    """Return the alpha of one illustration in its crop of the master.

    Args:
        crop: (H, W, 3) uint8.
        inside: (H, W) probability 0..1 that a pixel belongs to this illustration.
        text: (H, W) probability that it is caption, header or text; kept out of the cut-out.
        dpi: resolution of the master, for the width of the band.
        settings: band and bounds.

    Raises:
        RefineError: the solver failed.
    """
    barred = text_around(inside, text)
    known = within_border(crop, np.where(barred, 0.0, inside).astype(np.float32))
    tight = tighten(crop, known, gap_px=max(3, round(pixels_of(_PAPER_GAP_MM, dpi))))
    framed = frame_of(tight)
    framed = pale_frame(known, tight) if framed is None else framed
    framed = ruled_frame(crop, known) if framed is None else framed
    known = tight
    if framed is not None:
        framed = without_text(framed, barred, dpi=dpi)
        return Refined(framed, crop, "frame", 1.0, framed > 0)
    enclosed = known >= _LIKELY
    wants_ink = settings.matte == "ink"
    if wants_ink or (settings.matte == "auto" and is_line_art(crop, enclosed, dpi=dpi)):
        matte, color = ink_matte(crop, enclosed & ~barred, dpi=dpi)
        return Refined(matte, color, "ink", _sure(matte), enclosed & ~barred)
    band_px = band_in_pixels(settings.band_mm, dpi)
    if is_bitonal(crop):
        matte = bitonal_matte(crop, enclosed & ~barred, band_px=band_px)
        return Refined(matte, crop, "silhouette", _sure(matte), matte >= _LIKELY)
    trimap = to_trimap(known, band_px=band_px, settings=settings)
    matte = solve(crop, trimap)
    matte[barred] = 0.0
    return Refined(
        matte, clean_foreground(crop, matte), "silhouette", _sure(matte), matte >= _LIKELY
    )


def _sure(matte: Matte) -> float:
    return round(float(((matte < 0.05) | (matte > 0.95)).mean()), 4)


def text_around(inside: NDArray[np.float32], text: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where text stands that must not get into the cut-out, (H, W) bool.

    A small island of "text" with the illustration all around it is hatching mistaken for letters
    and stays.
    """
    wrong = text > np.maximum(inside, 0.5)
    rest = ((inside >= 0.5) & ~wrong).astype(np.uint8)
    contours, _ = cv2.findContours(rest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(rest), contours, -1, 1, cv2.FILLED)
    count, islands, stats, _ = cv2.connectedComponentsWithStats(
        ((filled > 0) & wrong).astype(np.uint8)
    )
    small = stats[:, cv2.CC_STAT_AREA] < _ISLAND * max(1, int(rest.sum()))
    small[0] = False
    return np.asarray(wrong & ~small[islands] if count > 1 else wrong, dtype=np.bool_)


def tighten(crop: RGB8, probability: NDArray[np.float32], *, gap_px: int) -> NDArray[np.float32]:
    """Return ``probability`` without the bare paper between an illustration and its outline.

    The separator draws generous outlines; paper that no ink within ``gap_px`` encloses is not
    part of the picture. Where hardly anything would be left (a pale picture on pale paper) the
    outline stays as it was.
    """
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.float32)
    likely = probability >= 0.5
    if not likely.any():
        return probability
    paper, ink = np.percentile(grey, 92), np.percentile(grey[likely], 2)
    marked = (grey < paper - _PAPER_STEP * max(40.0, paper - ink)) & likely
    reach = min(gap_px, max(3, min(grey.shape) // 4)) | 1  # closing by an even disk shifts
    closed = closed_by_disk(marked.astype(np.uint8), reach // 2)
    closed = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max((cv2.contourArea(contour) for contour in contours), default=0.0)
    kept = [c for c in contours if cv2.contourArea(c) >= _SPECK * largest]
    filled = cv2.drawContours(np.zeros_like(closed), kept, -1, 1, cv2.FILLED)
    enclosed = filled > 0
    if (enclosed & likely).sum() < _LEAST_KEPT * likely.sum():
        return probability
    return np.where(enclosed, probability, 0.0).astype(np.float32)


def band_in_pixels(band_mm: float, dpi: float) -> int:
    """Return half the width of the unknown band in pixels; three at least.

    >>> band_in_pixels(0.25, 600)
    6
    """
    return max(3, round(pixels_of(band_mm, dpi)))


def to_trimap(probability: NDArray[np.float32], *, band_px: int, settings: RefineSettings) -> Matte:
    """Mark sure paper 0, sure illustration 1 and everything between 0.5.

    Unknown is what the separator is unsure of, and a band along its outline; paper beyond the
    band is known, so that the solver never runs over a whole page.
    """
    likely = (probability >= 0.5).astype(np.uint8)
    if not likely.any():
        return np.zeros(probability.shape)
    reach = 2 * band_px + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    core, hull = cv2.erode(likely, disk), cv2.dilate(likely, disk)
    unsure = (probability > settings.low) & (probability < settings.high)
    wide = 2 * reach + 1
    near = cv2.dilate(likely, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide)))
    unknown = ((hull > 0) & (core == 0)) | (unsure & (near > 0) & (core == 0))
    return np.where(unknown, 0.5, likely.astype(np.float64))


def solve(crop: RGB8, trimap: Matte) -> Matte:
    """Return alpha: the trimap where it is known, closed form where it is not.

    Raises:
        RefineError: the solver did not converge.
    """
    alpha = trimap.copy()
    if not {0.0, 0.5, 1.0} <= set(np.unique(trimap)):
        return np.asarray(np.round(trimap))  # nothing to solve, or nothing to solve it from
    from pymatting import estimate_alpha_cf

    for tile in _windows(trimap == 0.5, side=TILE, margin=OVERLAP):
        part = trimap[tile]
        if not {0.0, 1.0} <= set(np.unique(part)):
            alpha[tile] = np.where(part == 0.5, _feather(trimap, tile), part)
            continue
        image = crop[tile].astype(np.float64) / 255
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # it prints performance warnings
                solved = estimate_alpha_cf(image, part, cg_kwargs={"rtol": SOLVER_TOLERANCE})
        except ValueError as error:
            raise RefineError(f"matting failed: {error}") from error
        _lay(alpha, trimap, tile, solved)
    return np.asarray(np.clip(alpha, 0.0, 1.0))


def clean_foreground(crop: RGB8, matte: Matte) -> RGB8:
    """Return ``crop`` with the paper taken out of its half-transparent pixels.

    Germer et al., "Fast Multi-Level Foreground Estimation", ICPR 2020, as in PyMatting.
    """
    mixed = (matte > 0) & (matte < 1)
    if not mixed.any():
        return crop
    from pymatting import estimate_foreground_ml

    result = crop.copy()
    for rows, cols in _windows(mixed, side=_SMALL_TILE):
        first = max(0, rows.start - _AROUND), max(0, cols.start - _AROUND)
        outer = np.s_[first[0] : rows.stop + _AROUND, first[1] : cols.stop + _AROUND]
        estimate = estimate_foreground_ml(
            crop[outer].astype(np.float32) / np.float32(255), matte[outer].astype(np.float32)
        )
        inner = estimate[rows.start - first[0] :, cols.start - first[1] :]
        part = mixed[rows, cols]
        middle = inner[: part.shape[0], : part.shape[1]][part]
        result[rows, cols][part] = np.round(np.clip(middle, 0, 1) * 255).astype(np.uint8)
    return result


def _windows(
    where: NDArray[np.bool_], *, side: int, margin: int = 0
) -> Iterator[tuple[slice, slice]]:
    """Yield windows of ``side`` pixels at most, tightened to ``where``, grown by ``margin``."""
    height, width = where.shape
    for top in range(0, height, side):
        for left in range(0, width, side):
            part = where[top : top + side, left : left + side]
            if not part.any():
                continue
            rows, cols = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
            yield (
                slice(max(0, top + rows[0] - margin), min(height, top + rows[-1] + 1 + margin)),
                slice(max(0, left + cols[0] - margin), min(width, left + cols[-1] + 1 + margin)),
            )


def _lay(alpha: Matte, trimap: Matte, tile: tuple[slice, slice], result: Matte) -> None:
    """Lay a solved tile; where two overlap, the mean of both, so that no seam shows."""
    window, unknown = alpha[tile], trimap[tile] == 0.5
    fresh = window == 0.5
    window[unknown & fresh] = result[unknown & fresh]
    again = unknown & ~fresh
    window[again] = (window[again] + result[again]) / 2


def _feather(trimap: Matte, tile: tuple[slice, slice]) -> Matte:
    """Return soft alpha for a tile that sees only paper or only picture."""
    rows, cols = tile
    first = max(0, rows.start - OVERLAP), max(0, cols.start - OVERLAP)
    around = trimap[first[0] : rows.stop + OVERLAP, first[1] : cols.stop + OVERLAP]
    soft = cv2.GaussianBlur(around, (0, 0), 1.2)
    top, left = rows.start - first[0], cols.start - first[1]
    window_part = soft[top : top + rows.stop - rows.start, left : left + cols.stop - cols.start]
    return np.asarray(window_part, dtype=np.float64)

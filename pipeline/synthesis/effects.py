"""What print, paper, time and scanners do to a page."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis.settings import IGNORE, ComposerSettings
from pipeline.synthesis.sheet import CAPTION, ILLUSTRATION, TEXT

Grey = NDArray[np.uint8]
Labels = NDArray[np.uint8]


def halftone(
    tone: Grey, region: NDArray[np.bool_], rng: np.random.Generator, *, unit: float = 1.0
) -> Grey:
    """Print ``region`` through a halftone screen: pitch 3 to 7 times ``unit`` pixels, any angle."""
    pitch, angle = rng.uniform(2.6, 7.0) * unit, rng.uniform(0, np.pi / 2)
    along, across = (np.array((np.cos(angle), np.sin(angle))) * 2 * np.pi / pitch).tolist()
    rows, cols = (np.arange(side, dtype=np.float32) for side in tone.shape)
    # cosines of sums as products: two vectors a direction instead of two planes
    screen = _waves(across * rows, along * cols) + _waves(along * rows, -across * cols)
    contrast = np.float32(rng.uniform(3, 10))
    dots = (tone * np.float32(1 / 255) - screen * np.float32(0.25) - np.float32(0.5)) * contrast
    dots = np.clip((dots + np.float32(0.5)) * 255, 0, 255)
    return np.where(region, dots, tone).astype(np.uint8)


def _waves(down: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return cos(down + right) for every row and column."""
    waves = np.outer(np.cos(down), np.cos(right)) - np.outer(np.sin(down), np.sin(right))
    return np.asarray(waves, dtype=np.float32)


def heavy_ink(tone: Grey, rng: np.random.Generator) -> Grey:
    """Print with much ink on soft paper: strokes grow, and fine type is as dark as the pictures."""
    if rng.random() < 0.5:
        kernel = np.ones((2, 2) if rng.random() < 0.7 else (3, 3), np.uint8)
        tone = np.asarray(cv2.erode(tone, kernel), dtype=np.uint8)
    gain = rng.uniform(1.2, 1.9)
    levels = 255 - np.clip((255 - np.arange(256)) * gain, 0, 255)
    return np.asarray(levels.astype(np.uint8)[tone], dtype=np.uint8)


def bleed_through(tone: Grey, rng: np.random.Generator, *, unit: float = 1.0) -> Grey:
    """Let the back of the leaf show: mirrored, blurred, faint, half as black at most."""
    is_thin = rng.random() < 0.3
    sigma = unit * (rng.uniform(0.8, 1.6) if is_thin else 1.6)
    back = cv2.GaussianBlur(np.roll(tone[:, ::-1], int(rng.integers(-30, 30)), 0), (0, 0), sigma)
    faint = 255 - (255 - back) * (rng.uniform(0.25, 0.5) if is_thin else rng.uniform(0.05, 0.25))
    return (tone * (faint / 255.0)).astype(np.uint8)


def uneven(tone: Grey, rng: np.random.Generator) -> Grey:
    """Vary inking and light slowly over the page."""
    coarse = rng.uniform(-1, 1, (4, 3)).astype(np.float32)
    slow = cv2.resize(coarse, (tone.shape[1], tone.shape[0]), interpolation=cv2.INTER_CUBIC)
    lifted = tone.astype(np.float32) + slow * rng.uniform(4, 26)
    return np.clip(lifted, 0, 255).astype(np.uint8)


def turn(
    tone: Grey, labels: Labels, alpha: Grey, degrees: float, paper: int
) -> tuple[Grey, Labels, Grey]:
    """Turn page and truth together about the middle."""
    height, width = tone.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)

    def warp(image: Grey, flags: int, border: int) -> Grey:
        turned = cv2.warpAffine(image, matrix, (width, height), flags=flags, borderValue=border)
        return np.asarray(turned, dtype=np.uint8)

    return (
        warp(tone, cv2.INTER_LINEAR, paper),
        warp(labels, cv2.INTER_NEAREST, 0),
        warp(alpha, cv2.INTER_LINEAR, 0),
    )


def scanner_border(
    tone: Grey, labels: Labels, alpha: Grey, rng: np.random.Generator
) -> tuple[Grey, Labels, Grey]:
    """Lay the page on a dark bed, or beside a strip of its neighbor, on one to four sides."""
    height, width = tone.shape
    pads = [
        int(side * rng.uniform(0.005, 0.12)) if rng.random() < 0.5 else 0
        for side in (height, height, width, width)
    ]
    above, below, left, right = pads
    dark = int(rng.choice([0, 0, 0, 20, 60, 120]))

    def pad(image: Grey, value: int) -> Grey:
        return np.asarray(
            cv2.copyMakeBorder(image, above, below, left, right, cv2.BORDER_CONSTANT, value=value),
            dtype=np.uint8,
        )

    tone, labels, alpha = pad(tone, dark), pad(labels, 0), pad(alpha, 0)
    if rng.random() < 0.5:
        _ragged(tone, pads, rng)
    if pads[3] > width // 30 and rng.random() < 0.5:
        strip = pads[3] * 2 // 3
        tone[:, -strip:] = tone[:, pads[2] + width // 3 : pads[2] + width // 3 + strip]
        labels[:, -strip:] = IGNORE
    return tone, labels, alpha


def _ragged(tone: Grey, pads: list[int], rng: np.random.Generator) -> None:
    speckle = rng.random(tone.shape) < 0.03
    inside = np.zeros(tone.shape, bool)
    height, width = tone.shape
    inside[pads[0] : height - pads[1], pads[2] : width - pads[3]] = True
    tone[speckle & ~inside] = 200


def bitonal(tone: Grey, rng: np.random.Generator, *, unit: float = 1.0) -> Grey:
    """Binarize as a scanner does: one threshold, a local one, or dithered; then a little dirt."""
    kind = rng.random()
    if kind < 0.55:
        cut = rng.uniform(95, 190)
        binary = np.where(tone > cut, 255, 0)
    elif kind < 0.85:
        size = round(int(rng.integers(12, 45)) * unit) * 2 + 1
        binary = cv2.adaptiveThreshold(
            tone, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, size, rng.uniform(6, 18)
        )
    else:
        noise = rng.uniform(60, 200, tone.shape)
        binary = np.where(tone > noise, 255, 0)
    result = np.asarray(binary, dtype=np.uint8)
    dirt = rng.random(tone.shape) < rng.choice([0, 0.0005, 0.003])
    result[dirt] = 255 - result[dirt]
    return foxing(result, rng) if rng.random() < 0.15 else result


def foxing(page: Grey, rng: np.random.Generator) -> Grey:
    """Leave on ``page`` (H, W) the specks that binarized stains are: thick in parts of it."""
    height, width = page.shape
    coarse = rng.random((5, 4)).astype(np.float32) ** 4
    density = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    specks = (rng.random(page.shape, np.float32) < density * rng.uniform(0.002, 0.02)).astype(
        np.uint8
    )
    side = int(rng.integers(2, 5))
    grown = cv2.dilate(specks, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return np.where(grown > 0, 0, page).astype(np.uint8)


def paper(
    tone: Grey, sheet: NDArray[np.uint8] | None, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Print ``tone`` on a paper (H, W, 3), scanned or drawn; return (H, W, 3)."""
    height, width = tone.shape
    if sheet is None:
        color = np.array([255, 250, 238]) - rng.uniform(0, 70) * np.array([0.6, 0.8, 1.3])
        grain = rng.standard_normal((height, width, 1), np.float32) * np.float32(rng.uniform(0, 5))
        ground = np.clip(color.astype(np.float32) + grain, 0, 255).astype(np.uint8)
    else:
        color3 = sheet if sheet.ndim == 3 else np.dstack([sheet] * 3)
        rows, cols = -(-height // color3.shape[0]), -(-width // color3.shape[1])
        mirrored = np.vstack([color3, color3[::-1]])
        mirrored = np.hstack([mirrored, mirrored[:, ::-1]])
        tiled = np.tile(mirrored, ((rows + 1) // 2, (cols + 1) // 2, 1))
        ground = np.ascontiguousarray(tiled[:height, :width])
    ink = rng.uniform(0, 60)
    levels = (np.arange(256) * (255 - ink) / 255 + ink).astype(np.uint8)[tone]
    printed = cv2.multiply(np.dstack([levels] * 3), ground, scale=1 / 255)
    return np.asarray(printed, dtype=np.uint8)


def thumbnail(
    page: NDArray[np.uint8], rng: np.random.Generator, squash: float = 1.0
) -> NDArray[np.uint8]:
    """Make the page a derivative of 180 to 360 pixels, as catalogs hand them out.

    ``squash`` is how much its width will be stretched afterwards: so many more pixels it keeps.
    """
    factor = rng.uniform(180, 360) / max(page.shape[0], page.shape[1] * squash)
    fx, fy = (min(1.0, factor * rng.uniform(0.95, 1.05) * more) for more in (squash, 1.0))
    down, up = (cv2.INTER_AREA, cv2.INTER_CUBIC), (cv2.INTER_CUBIC, cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(page, (0, 0), 0.35 / max(fx, fy))  # a cubic reduction of sharp print
    how = int(rng.integers(2))
    small = cv2.resize(page if how == 0 else soft, None, fx=fx, fy=fy, interpolation=down[how])
    if rng.random() < 0.3:
        packed = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 95))])
        small = cv2.imdecode(packed[1], cv2.IMREAD_UNCHANGED)
    large = cv2.resize(small, page.shape[1::-1], interpolation=up[int(rng.random() < 0.2)])
    return np.asarray(large, dtype=np.uint8)


def degrade(
    page: NDArray[np.uint8], rng: np.random.Generator, settings: ComposerSettings
) -> NDArray[np.uint8]:
    """Blur, lower the resolution, change the contrast, add noise, compress."""
    if rng.random() < settings.low_resolution:
        factor = rng.uniform(0.24, 0.8)
        small = cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        page = cv2.resize(small, page.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    elif rng.random() < 0.3:
        page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.3, 1.1) * settings.unit)
    if rng.random() < 0.5:
        gamma = np.exp(rng.uniform(-0.5, 0.5))
        page = ((np.arange(256) / 255.0) ** gamma * 255).astype(np.uint8)[page]
    if rng.random() < 0.3:
        noise = rng.standard_normal(page.shape[:2], np.float32) * np.float32(rng.uniform(1, 9))
        noise = noise if page.ndim == 2 else noise[..., None]
        page = np.clip(page + noise, 0, 255).astype(np.uint8)
    if rng.random() < settings.jpeg:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        packed = cv2.imencode(".jpg", page, quality)[1]
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_UNCHANGED), dtype=np.uint8)
    return np.asarray(page, dtype=np.uint8)


_BARE = 0.012
"""Share of ink below which nobody sees a picture."""


def without_lost_ink(page: NDArray[np.uint8], labels: Labels) -> Labels:
    """Return ``labels`` with 255 where binarization or paper has swallowed type or a picture.

    Nobody could call bare paper text; a net that is told so learns to see text everywhere.
    """
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY))
    dark, paper = np.percentile(grey[::3, ::3], (2, 90))
    ink = (grey < paper - 0.2 * max(40.0, float(paper - dark))).astype(np.uint8)
    reach = max(5, round(max(labels.shape) / 45)) | 1
    near = cv2.dilate(ink, np.ones((reach, reach), np.uint8))
    lost = (near == 0) & ((labels == CAPTION) | (labels == TEXT))
    pictures = (labels == ILLUSTRATION).astype(np.uint8)
    count, count_pieces, stats, _ = cv2.connectedComponentsWithStats(pictures)
    inked = np.bincount(count_pieces.ravel(), weights=ink.ravel(), minlength=count)
    bare = inked < _BARE * stats[:, cv2.CC_STAT_AREA]
    bare[0] = False
    return np.where(lost | bare[count_pieces], IGNORE, labels).astype(np.uint8)

"""Pictures the project draws itself: tone first, then engraved or screened.

Everything needed to train or to show the pipeline without anyone else's scans.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.corpus import Corpus, Picture

Tone = NDArray[np.float32]
"""(H, W) reflectance, 0 black .. 1 white paper."""


def landscape(rng: np.random.Generator, height: int, width: int) -> Tone:
    """A sun over ridges of hills and a lake; framed."""
    rows = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    tone = np.repeat(0.95 - 0.35 * rows, width, axis=1)
    center = (int(width * rng.uniform(0.2, 0.8)), int(height * rng.uniform(0.15, 0.35)))
    cv2.circle(tone, center, height // 14, 1.0, -1, cv2.LINE_AA)
    for ridge in range(4):
        steps = rng.normal(0, 1, width)
        line = np.convolve(np.cumsum(steps), np.ones(width // 12) / (width // 12), "same")
        line = (line - line.min()) / max(np.ptp(line), 1e-6)
        top = height * (0.32 + 0.13 * ridge) - line * height * 0.16
        below = np.arange(height)[:, None] >= top[None, :]
        shade = 0.72 - 0.15 * ridge + 0.12 * rng.random()
        slope = np.gradient(line) * 6
        tone = np.where(below, np.clip(shade + slope[None, :], 0.08, 0.95), tone)
    lake = int(height * 0.82)
    mirrored = tone[lake - (height - lake) : lake][::-1] * 0.8 + 0.15
    tone[lake:] = mirrored[: height - lake]
    return tone.astype(np.float32)


def balloon(rng: np.random.Generator, height: int, width: int) -> Tone:
    """A balloon with its basket; a vignette."""
    tone = np.ones((height, width), np.float32)
    radius = int(min(width * 0.36, height * 0.3))
    cx, cy = width // 2, int(height * 0.06) + radius
    yy, xx = np.mgrid[:height, :width].astype(np.float32)
    u, v = (xx - cx) / radius, (yy - cy) / (radius * 1.12)
    ball = u**2 + v**2 < 1
    light = np.clip(0.85 - 0.55 * (u * 0.8 + v * 0.5), 0.1, 0.97)
    gores = np.cos(np.arcsin(np.clip(u / np.sqrt(np.maximum(1 - v**2, 1e-3)), -1, 1)) * 9)
    tone = np.where(ball, np.where(gores > 0, light, light * 0.55), tone)
    basket = (cx - radius // 5, cy + int(radius * 1.75), cx + radius // 5, cy + int(radius * 2.05))
    cv2.rectangle(tone, basket[:2], basket[2:], 0.3, -1)
    for side in (-0.7, -0.25, 0.25, 0.7):
        start = (int(cx + side * radius), int(cy + radius * 0.85))
        end = (int(cx + side * radius / 4), basket[1])
        cv2.line(tone, start, end, 0.2, max(1, radius // 60), cv2.LINE_AA)
    for _ in range(3):
        at = (int(cx + rng.integers(-radius // 8, radius // 8)), basket[1] - radius // 16)
        cv2.circle(tone, at, max(2, radius // 14), 0.25, -1, cv2.LINE_AA)
    return tone.astype(np.float32)


def vase(rng: np.random.Generator, height: int, width: int) -> Tone:
    """A turned vase with flowers; a vignette."""
    tone = np.ones((height, width), np.float32)
    rows = np.arange(int(height * 0.45), int(height * 0.95))
    t = (rows - rows[0]) / len(rows)
    profile = 0.1 + 0.13 * np.sin(np.pi * (t * 1.15 + 0.1)) + 0.05 * (t > 0.93)
    for row, half in zip(rows, profile * width, strict=True):
        left, right = int(width / 2 - half), int(width / 2 + half)
        across = np.linspace(-1, 1, right - left)
        band = 0.15 if int(t[row - rows[0]] * 12) % 4 == 1 else 0.0
        tone[row, left:right] = np.clip(0.85 - 0.5 * across - band, 0.08, 0.97)
    for _ in range(11):
        cx = int(width * rng.uniform(0.24, 0.76))
        cy = int(height * rng.uniform(0.1, 0.4))
        cv2.line(tone, (cx, cy), (width // 2, rows[0] + 6), 0.35, 2, cv2.LINE_AA)
        size = int(width * rng.uniform(0.04, 0.075))
        for petal in range(6):
            angle = petal * np.pi / 3
            at = (int(cx + size * np.cos(angle)), int(cy + size * np.sin(angle)))
            cv2.circle(tone, at, size * 2 // 3, 0.55 + 0.3 * rng.random(), -1, cv2.LINE_AA)
            cv2.circle(tone, at, size * 2 // 3, 0.15, 1, cv2.LINE_AA)
        cv2.circle(tone, (cx, cy), size // 2, 0.15, -1, cv2.LINE_AA)
    return tone


def ship(rng: np.random.Generator, height: int, width: int) -> Tone:
    """A three-master under sail; framed by sea and sky."""
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    clouds = cv2.resize(rng.random((5, 7)).astype(np.float32), (width, height), interpolation=2)
    tone = 0.92 - 0.25 * clouds * (1 - rows)
    sea = int(height * 0.76)
    waves = np.sin(np.linspace(0, 60, height - sea))[:, None] * np.sin(np.linspace(0, 9, width))
    tone[sea:] = 0.45 + 0.18 * waves
    hull = [(0.22, 0.7), (0.8, 0.68), (0.74, 0.82), (0.3, 0.83)]
    points = np.array([(x * width, y * height) for x, y in hull], np.int32)
    cv2.fillPoly(tone, [points], 0.12, cv2.LINE_AA)
    for mast, scale in ((0.36, 0.8), (0.52, 1.0), (0.67, 0.75)):
        x, top = int(mast * width), int(height * (0.68 - 0.55 * scale))
        cv2.line(tone, (x, int(height * 0.7)), (x, top), 0.15, max(2, width // 150), cv2.LINE_AA)
        for sail in range(3):
            y0 = top + int((0.02 + 0.17 * sail * scale) * height)
            half = int(width * (0.05 + 0.02 * sail) * scale)
            y1 = y0 + int(0.14 * scale * height)
            bulge = half // 2
            shape = np.array(
                [(x - half, y0), (x + half, y0), (x + half + bulge, y1), (x - half + bulge, y1)]
            )
            cv2.fillPoly(tone, [shape.astype(np.int32)], 0.85 - 0.12 * sail, cv2.LINE_AA)
            cv2.polylines(tone, [shape.astype(np.int32)], True, 0.2, 1, cv2.LINE_AA)
    return tone.astype(np.float32)


def portrait(rng: np.random.Generator, height: int, width: int) -> Tone:
    """A lady in a hat, in an oval; a vignette."""
    yy, xx = np.mgrid[:height, :width].astype(np.float32)
    u, v = (xx - width / 2) / (width / 2), (yy - height / 2) / (height / 2)
    oval = u**2 + v**2 < 0.96
    tone = np.where(oval, 0.62 - 0.2 * u, 1.0).astype(np.float32)

    def shade(cx: float, cy: float, rx: float, ry: float, light: float) -> None:
        a, b = (u - cx) / rx, (v - cy) / ry
        inside = (a**2 + b**2 < 1) & oval
        tone[inside] = np.clip(light - 0.28 * a - 0.12 * b, 0.05, 0.98)[inside]

    shade(0.0, 1.05, 0.75, 0.62, 0.3 + 0.1 * rng.random())
    shade(0.0, 0.28, 0.14, 0.3, 0.78)
    shade(0.0, -0.1, 0.25, 0.33, 0.9)
    shade(0.0, -0.36, 0.5, 0.1, 0.2)
    shade(0.0, -0.5, 0.28, 0.2, 0.3)
    for side in (-1, 1):
        shade(side * 0.1, -0.12, 0.035, 0.02, 0.12)
    shade(0.0, 0.08, 0.07, 0.018, 0.35)
    return tone


def pattern(rng: np.random.Generator, height: int, width: int) -> Tone:
    """A woven pattern; framed."""
    yy, xx = np.mgrid[:height, :width].astype(np.float32)
    step = max(8.0, width / rng.integers(7, 13))
    a = np.sin(xx * 2 * np.pi / step) * np.sin(yy * 2 * np.pi / step)
    b = np.cos((xx + yy) * np.pi / step) * np.cos((xx - yy) * np.pi / step)
    return np.where(a + 0.6 * b > 0.1, 0.18, 0.9).astype(np.float32)


SUBJECTS: dict[str, tuple[Callable[[np.random.Generator, int, int], Tone], bool]] = {
    "landscape": (landscape, True),
    "balloon": (balloon, False),
    "vase": (vase, False),
    "ship": (ship, True),
    "portrait": (portrait, False),
    "pattern": (pattern, True),
}
"""Subject to its drawing, and whether it is framed."""


def engrave(tone: Tone, *, pitch: float = 5.0, angle: float = 0.35) -> NDArray[np.uint8]:
    """Return ``tone`` cut as a wood engraving: lines that swell with the dark, (H, W) uint8.

    A second set of lines crosses the first where it is darkest.
    """
    rows, cols = np.mgrid[: tone.shape[0], : tone.shape[1]].astype(np.float32)
    wander = cv2.GaussianBlur(tone, (0, 0), 6) * pitch * 2.2

    def lines(turn: float, shift: float) -> Tone:
        phase = (rows * np.cos(turn) + cols * np.sin(turn) + shift * wander) * 2 * np.pi / pitch
        return np.asarray((np.sin(phase) + 1) / 2, dtype=np.float32)

    first = np.clip((tone * 1.15 - lines(angle, 1.0)) * 4 + 0.5, 0, 1)
    second = np.clip((tone * 2.1 - lines(angle + 1.2, -1.0)) * 4 + 0.5, 0, 1)
    cut = np.where(tone > 0.985, 1.0, np.minimum(first, second))
    return np.round(cut * 255).astype(np.uint8)


def screen(tone: Tone, *, pitch: float = 4.2, angle: float = 0.785) -> NDArray[np.uint8]:
    """Return ``tone`` as a halftone block prints it, (H, W) uint8."""
    rows, cols = np.mgrid[: tone.shape[0], : tone.shape[1]].astype(np.float32)
    u = (cols * np.cos(angle) + rows * np.sin(angle)) * 2 * np.pi / pitch
    v = (rows * np.cos(angle) - cols * np.sin(angle)) * 2 * np.pi / pitch
    dots = (np.cos(u) + np.cos(v)) / 4 + 0.5
    inked = np.clip((tone - dots) * 5 + 0.5, 0, 1)
    return np.round(np.where(tone > 0.985, 1.0, inked) * 255).astype(np.uint8)


def drawn_corpus(seed: int, *, pictures: int = 48) -> Corpus:
    """Return a corpus of the project's own drawings, so that anyone can compose pages."""
    rng = np.random.default_rng(seed)
    drawn = []
    names = list(SUBJECTS)
    for number in range(pictures):
        name = names[number % len(names)]
        draw, is_framed = SUBJECTS[name]
        height = int(rng.integers(220, 520))
        tone = draw(rng, height, int(height * rng.uniform(0.7, 1.3)))
        printed = engrave(tone) if rng.random() < 0.6 else screen(tone)
        drawn.append(Picture(printed, is_framed, name, "drawn"))
    return Corpus(tuple(drawn), (), (), ())

"""Which way up a page stands, from the shapes of its letters.

Small windows round single letters, with parts of their neighbors, are scored by a small net for
how upright they look. The same net scores a window in all eight ways a page can lie (four turns,
mirrored or not), so that no way is favored. The evidence of a page is the mean over its letters.
Orientation from connected components: Caprari, "Algorithm for text page up/down orientation
determination", Pattern Recognition Letters 21 (2000); van Beusekom, Shafait, Breuel, "Combined
orientation and skew detection using geometric text-line modeling", IJDAR 13 (2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.model import Grey8

SIDE = 23
"""Pixels across a window; a letter is about a third of that. Odd, so that a window has a middle."""
WAYS = 8
"""Ways a page can lie: way k < 4 is put right by k quarter turns counterclockwise, way 4 + k by
mirroring left to right and then k quarter turns."""

_LETTER = 8.0
_LONG_SIDE = 2400
_MOST = 400
_FEWEST = 20
_JOINED = 2.0
"""How much longer than wide the commonest pieces are where letters of a word hang together."""
_BINS = 0.12
"""Width of a bin of letter sizes, on a logarithmic scale."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A linear layer: ``weights`` are rows * columns float16, ``bias`` rows float16, as bytes."""

    rows: int
    columns: int
    weights: bytes
    bias: bytes

    def __call__(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (N, rows) of (N, columns)."""
        table = np.frombuffer(self.weights, np.float16).reshape(self.rows, self.columns)
        bias = np.frombuffer(self.bias, np.float16).astype(np.float32)
        return np.asarray(values @ table.astype(np.float32).T + bias, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class LetterModel:
    """Layers with ReLU between them; the last gives one number, how upright a window looks."""

    layers: tuple[Layer, ...]

    def log_probabilities(self, windows: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return (N, 8): for each of (N, SIDE, SIDE) ``windows`` the ways its page may lie."""
        plain = contrast(windows)
        scores = np.column_stack([self._scores(plain[:, order]) for order in _ORDERS])
        scores -= scores.max(axis=1, keepdims=True)
        return np.asarray(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))

    def _scores(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        for layer in self.layers[:-1]:
            values = np.maximum(layer(values), 0)
        return self.layers[-1](values)[:, 0].astype(np.float64)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the letters of a page say.

    ``way`` is the likeliest of ``WAYS``; ``likelihood`` is its mean log-probability (log 1/8 is
    none); ``margin`` says by how many standard errors it is better than the next; ``letters`` were
    looked at, ``size`` is theirs in pixels.
    """

    way: int = 0
    likelihood: float = -np.inf
    margin: float = 0.0
    letters: int = 0
    size: float = 0.0


def letter_model(content: bytes) -> LetterModel:
    """Return the model that ``content`` (JSON) describes."""
    return msgspec.json.decode(content, type=LetterModel)


def weigh_letters(grey: Grey8, model: LetterModel) -> Evidence:
    """Return what the letters of ``grey`` (H, W), dark on light, say of how it lies."""
    windows, size = sized_windows(grey)
    if not len(windows):
        return Evidence()
    each = model.log_probabilities(windows)
    means = each.mean(axis=0)
    best, second = np.argsort(-means)[:2]
    ahead = each[:, best] - each[:, second]
    error = float(ahead.std()) / np.sqrt(len(windows)) + 1e-6
    return Evidence(
        int(best),
        round(float(means[best]), 3),
        round(float(ahead.mean()) / float(error), 2),
        len(windows),
        round(size, 2),
    )


def letter_windows(grey: Grey8) -> NDArray[np.uint8]:
    """Return up to 400 (N, SIDE, SIDE) windows round the letters of ``grey``; N is 0 for none."""
    return sized_windows(grey)[0]


def sized_windows(grey: Grey8) -> tuple[NDArray[np.uint8], float]:
    """Return the windows round the letters of ``grey``, and the size of the letters in its pixels.

    A letter is a connected piece of ink of about the commonest size of the page.
    """
    nothing = np.zeros((0, SIDE, SIDE), np.uint8), 0.0
    if min(grey.shape) < SIDE:
        return nothing
    scale = min(1.0, _LONG_SIDE / max(grey.shape))
    small = (
        grey
        if scale == 1
        else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    )
    centers, size = _letters(np.asarray(small, dtype=np.uint8))
    if len(centers) < _FEWEST:
        return nothing
    factor = _LETTER / size
    shown = [max(SIDE, round(side * factor)) for side in small.shape]
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    page = cv2.resize(small, (shown[1], shown[0]), interpolation=how)
    half = SIDE // 2
    page = cv2.copyMakeBorder(page, half, half, half, half, cv2.BORDER_REPLICATE)
    steps = np.array([shown[1] / small.shape[1], shown[0] / small.shape[0]])
    at = np.round((centers + 0.5) * steps - 0.5).astype(int)
    if len(at) > _MOST:
        at = at[np.linspace(0, len(at) - 1, _MOST).astype(int)]
    every = np.lib.stride_tricks.sliding_window_view(page, (SIDE, SIDE))
    rows = np.clip(at[:, 1], 0, every.shape[0] - 1)
    columns = np.clip(at[:, 0], 0, every.shape[1] - 1)
    return np.asarray(every[rows, columns], dtype=np.uint8), size / scale


def contrast(windows: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (N, SIDE * SIDE) float32: 0 the paper of each window, 1 its ink."""
    flat = windows.reshape(len(windows), -1).astype(np.float32)
    ink, paper = np.percentile(flat, (3, 92), axis=1, keepdims=True)
    shown = np.clip((paper - flat) / np.maximum(paper - ink, 30), -0.2, 1.2)
    return np.asarray(shown, dtype=np.float32)


def _letters(grey: Grey8) -> tuple[NDArray[np.float64], float]:
    """Return the (N, 2) centers x, y of letters and their size, in pixels of ``grey``."""
    reach = max(15, round(max(grey.shape) / 40)) | 1
    ink = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, reach, 15
    )
    _, _, boxes, centers = cv2.connectedComponentsWithStats(ink)
    areas = boxes[1:, cv2.CC_STAT_AREA]
    large, slim = boxes[1:, 2:4].max(axis=1), boxes[1:, 2:4].min(axis=1)
    is_piece = (large >= 5) & (large <= max(grey.shape) / 12) & (slim >= 2) & (areas >= 8)
    if is_piece.sum() < _FEWEST:
        return np.zeros((0, 2)), 1.0
    size = _commonest_size(large[is_piece], max(grey.shape) / 10)
    is_common = is_piece & (large > 0.6 * size) & (large < 1.7 * size)
    if is_common.any() and np.median(large[is_common] / slim[is_common]) > _JOINED:
        return _letters_of_words(boxes[1:][is_piece], max(grey.shape) / 10)
    is_letter = is_piece & (large > 0.6 * size) & (large < 1.7 * size) & (slim > 0.2 * size)
    is_letter &= (areas > 0.1 * size**2) & (areas < 0.8 * large * slim + 3)
    return centers[1:][is_letter], size


def _letters_of_words(
    boxes: NDArray[np.int32], largest: float
) -> tuple[NDArray[np.float64], float]:
    """Return places along pieces (left, top, width, height, area) in which letters hang together.

    The short side of such a piece is the height of its letters.
    """
    slim, large = boxes[:, 2:4].min(axis=1), boxes[:, 2:4].max(axis=1)
    is_long = large > _JOINED * slim
    size = _commonest_size(slim[is_long & (slim >= 5)], largest)
    chosen = boxes[is_long & (slim > 0.6 * size) & (slim < 1.7 * size)]
    places = []
    for left, top, width, height in chosen[:, :4]:
        steps = max(1, round(max(width, height) / size))
        along = (np.arange(steps) + 0.5) / steps
        middle = np.full(steps, 0.5)
        across, down = (along, middle) if width >= height else (middle, along)
        places.append(np.column_stack([left + across * width, top + down * height]))
    return (np.concatenate(places) if places else np.zeros((0, 2))), size


def _commonest_size(sizes: NDArray[np.int32], largest: float) -> float:
    """Return the size that most ink has: a letter counts by its size, so that specks do not win."""
    edges = np.arange(np.log(4.5), np.log(largest) + _BINS, _BINS)
    counts, _ = np.histogram(np.log(sizes), bins=edges)
    weights = np.convolve(counts * np.exp(edges[:-1]), np.ones(3), "same")
    return float(np.exp(edges[int(weights.argmax())] + _BINS / 2))


def ways(windows: NDArray[Any]) -> NDArray[Any]:
    """Return (8, N, SIDE, SIDE): (N, SIDE, SIDE) ``windows`` put right from each of ``WAYS``."""
    plain = [np.rot90(windows, turns, (1, 2)) for turns in range(4)]
    mirrored = [np.rot90(windows[:, :, ::-1], turns, (1, 2)) for turns in range(4)]
    return np.stack([*plain, *mirrored])


_ORDERS = [order.ravel() for order in ways(np.arange(SIDE * SIDE).reshape(1, SIDE, SIDE))[:, 0]]
"""In which order the pixels of a window stand in each way."""

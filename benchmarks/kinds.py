"""Train and judge the model that tells kinds of print apart.

    python -m benchmarks.kinds CORPUS [--write]

Every book is judged by a model that has not seen it: pictures of one book resemble each other far
more than those of another. ``--write`` puts the model of all books into ``archive/shipped``.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from archive.images.images import load_image
from archive.store import write_whole
from archive.weights import KINDS_FILE
from pipeline.describe.kinds import KindModel, kind_model
from pipeline.describe.texture import texture
from pipeline.synthesis.sheet import silhouette

CALLED = {
    "textile pattern": "pattern",
    "line engraving": "engraving",
    "wood engraving": "engraving",
    "fashion plate": "engraving",
    "diagram": "engraving",
    "wash/painting": "halftone",
    "halftone photo": "halftone",
}
"""Kinds of the corpus; its ornaments are all of one book and are left out."""

_REAL = {
    "LIllustration-1914": "halftone", "Mentor": "halftone", "The-Nursery": "engraving",
    "Punch": "engraving", "Little-Folks": "engraving", "SciAm-Supplement": "engraving",
    "Golden-Days": "engraving", "CREMMA-16-17-print": "engraving",
}  # fmt: skip
"""How the pictures of sources of real pages were made; all of one source in the same way."""

_RIDGE = 5.0
_LEAST_SIDE = 40

Array = NDArray[np.float64]


def main() -> None:
    """Print recall and precision of unseen books; write the model if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    features, kinds, books = _read(args.corpus)
    names = sorted(set(kinds))
    logits = np.zeros((len(kinds), len(names)))
    for book in sorted(set(books)):
        unseen = np.array([book_of_picture == book for book_of_picture in books])
        logits[unseen] = np.log(_fit(features, kinds, books, names, ~unseen)(features[unseen]))
    truth = np.array([names.index(kind) for kind in kinds])
    heat = _temperature(logits, truth)
    _print(names, truth, _softmax(logits / heat))
    _judge_real(args.corpus)
    if args.write:
        model = _fit(features, kinds, books, names, np.ones(len(kinds), bool), heat)
        content = msgspec.json.encode(model.model)
        write_whole(KINDS_FILE, msgspec.json.format(content, indent=0) + b"\n")


def _judge_real(corpus: Path) -> None:
    """Print how often the shipped model is right about pictures on real pages of known make."""
    model = kind_model(KINDS_FILE.read_bytes())
    confidence, is_right = [], []
    for path in sorted((corpus / "real" / "truth").glob("*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        expected = _REAL.get(page["source"])
        if expected is None:
            continue
        rgb = load_image(corpus / "real" / "pages" / page["page"]).rgb
        for left, top, right, bottom in (
            i["box"] for i in page["illustrations"] if "class" not in i
        ):
            crop = rgb[top:bottom, left:right]
            if min(crop.shape[:2]) >= _LEAST_SIDE:
                likely = model.probabilities(texture(crop, np.ones(crop.shape[:2], bool)))
                confidence.append(float(likely.max()))
                is_right.append(model.kinds[int(likely.argmax())] == expected)
    sure, right_ones = np.array(confidence), np.array(is_right)
    for low in (0.5, 0.7, 0.9):
        kept = sure >= low
        print(f"real pages, confidence from {low}: {kept.sum()} of {len(sure)}, "
              f"{right_ones[kept].mean():.3f} right")  # fmt: skip


class _Fitted:
    """A model as a function."""

    def __init__(self, model: KindModel) -> None:
        self.model = model

    def __call__(self, features: Array) -> Array:
        return np.asarray(np.maximum(self.model.probabilities(features), 1e-12))


def _read(corpus: Path) -> tuple[Array, list[str], list[str]]:
    rows, kinds, books = [], [], []
    with (corpus / "illustrations.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["kind"] not in CALLED:
                continue
            rgb = load_image(corpus / row["file"]).rgb
            inside = silhouette(
                rgb.mean(axis=2).astype(np.uint8), is_framed=row["touches_border"] == "true"
            )
            rows.append(texture(rgb, inside))
            kinds.append(CALLED[row["kind"]])
            books.append(row["book_title"])
    return np.array(rows), kinds, books


def _fit(
    features: Array, kinds: Sequence[str], books: Sequence[str], names: Sequence[str],
    chosen: NDArray[np.bool_], temperature: float = 1.0,
) -> _Fitted:  # fmt: skip
    """Fit by L-BFGS; a book counts by the root of its pictures, so that none decides alone."""
    known = features[chosen]
    mean, deviation = known.mean(axis=0), known.std(axis=0) + 1e-6
    inputs = np.c_[(known - mean) / deviation, np.ones(len(known))]
    pairs = [(k, b) for k, b, c in zip(kinds, books, chosen, strict=True) if c]
    expected = np.eye(len(names))[[names.index(kind) for kind, _ in pairs]]
    of_pair, of_kind = Counter(pairs), Counter(kind for kind, _ in pairs)
    weight = np.array([of_pair[pair] ** -0.5 * of_kind[pair[0]] ** -0.3 for pair in pairs])
    weight /= weight.mean()

    def loss(flat: Array) -> tuple[float, Array]:
        table = flat.reshape(len(names), -1)
        likely = _softmax(inputs @ table.T)
        ridge = table.copy()
        ridge[:, -1] = 0
        entropy = -(weight * np.log((likely * expected).sum(axis=1) + 1e-12)).sum()
        slope = ((likely - expected) * weight[:, None]).T @ inputs + _RIDGE * ridge
        return float(entropy + _RIDGE / 2 * (ridge**2).sum()), slope.ravel()

    start = np.zeros(len(names) * inputs.shape[1])
    x = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400}).x
    table = x.reshape(len(names), -1)
    rounded = tuple(tuple(float(v) for v in np.round(row, 5)) for row in table)
    return _Fitted(
        KindModel(
            tuple(names), tuple(np.round(mean, 6).tolist()),
            tuple(np.round(deviation, 6).tolist()), rounded, round(temperature, 3),
        )
    )  # fmt: skip


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _temperature(logits: Array, truth: NDArray[np.int64]) -> float:
    """Return the temperature under which unseen books are likeliest (Guo et al., ICML 2017)."""
    at = np.arange(len(truth))
    result = minimize_scalar(
        lambda heat: -np.log(_softmax(logits / heat)[at, truth] + 1e-12).mean(), bounds=(0.3, 10)
    )
    return float(result.x)


def _print(names: Sequence[str], truth: NDArray[np.int64], likely: Array) -> None:
    predicted, sure = likely.argmax(axis=1), likely.max(axis=1)
    print(f"{len(truth)} pictures of unseen books: {(predicted == truth).mean():.3f} right, "
          f"mean confidence {sure.mean():.3f}")  # fmt: skip
    for low in (0.5, 0.7, 0.9):
        kept = sure >= low
        right = (predicted == truth)[kept].mean()
        print(f"confidence from {low}: {kept.mean():.3f} of them, {right:.3f} right")
    print(f"| kind | pictures | recall | precision | {' | '.join(f'called {n}' for n in names)} |")
    print("|---|---:|---:|---:|" + "---:|" * len(names))
    for at, name in enumerate(names):
        is_kind, called = truth == at, predicted == at
        cells = [str(int((is_kind & (predicted == other)).sum())) for other in range(len(names))]
        recall, precision = (
            (is_kind & called).sum() / is_kind.sum(),
            (is_kind & called).sum() / called.sum(),
        )
        print(
            f"| {name} | {is_kind.sum()} | {recall:.2f} | {precision:.2f} | {' | '.join(cells)} |"
        )


if __name__ == "__main__":
    main()

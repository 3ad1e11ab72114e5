"""Compose one page with exact truth.

The page is drawn larger than it is needed, printed and scanned there, and reduced at the end, so
that a binarized page gets the grey edges that a real reduced scan has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.synthesis import age, effects
from pipeline.synthesis.adverts import plate_over_fold
from pipeline.synthesis.pages import KINDS
from pipeline.synthesis.settings import ComposerSettings
from pipeline.synthesis.sheet import ILLUSTRATION, Sheet
from pipeline.synthesis.stamps import library_stamp
from pipeline.synthesis.type import FontBook
from schemas.corpus import Corpus


@dataclass(frozen=True, slots=True, eq=False)
class ComposedPage:
    """A page and its truth.

    ``page`` (H, W, 3) uint8; ``labels`` (H, W) uint8, a class or 255 for "do not count";
    ``alpha`` (H, W) uint8 of the illustrations; ``kind`` as in ``PAGE_KINDS``.
    """

    page: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    kind: str


def compose(seed: int, corpus: Corpus, fonts: FontBook, settings: ComposerSettings) -> ComposedPage:
    """Return the page of ``seed``; the same arguments give the same page."""
    rng = np.random.default_rng(seed)
    kinds = list(settings.page_kinds)
    shares = np.array([settings.page_kinds[kind] for kind in kinds])
    kind = kinds[rng.choice(len(kinds), p=shares / shares.sum())]
    if kind == "spread":
        sheet = _spread(rng, corpus, fonts, settings)
    else:
        sheet = _empty_sheet(rng, fonts, settings, dense=kind == "template")
        KINDS[kind](sheet, corpus)
    if rng.random() < settings.library_stamp:
        for _ in range(int(rng.choice([1, 1, 1, 2, 4]))):  # every owner left one
            library_stamp(sheet, corpus)
    tone, labels, alpha = _print(sheet, rng, settings)
    chance = settings.thumbnail_of_template if kind == "template" else settings.thumbnail
    small = rng.random() < chance
    page = _scan(tone, corpus, rng, settings, small=small)
    squash = rng.uniform(1.05, 1.4) if rng.random() < settings.squashed else 1.0
    if small:
        if rng.random() < settings.square_thumbnail:  # as the nets of the 2010s were fed
            squash = page.shape[0] / page.shape[1]
        page = effects.thumbnail(page, rng, squash)
    reduced = _reduced(page, labels, alpha, kind, settings.long_side, squash)
    return replace(reduced, labels=effects.without_lost_ink(reduced.page, reduced.labels))


def _empty_sheet(
    rng: np.random.Generator, fonts: FontBook, settings: ComposerSettings, *, dense: bool
) -> Sheet:
    """Return bare paper, with more pixels for ``dense`` type: a hundred lines on a page."""
    finer = settings.supersampling_of_template if dense else settings.supersampling
    long_side = round(settings.long_side * finer)
    aspect = rng.uniform(0.58, 0.82) if rng.random() < 0.93 else rng.uniform(0.82, 1.4)
    height = long_side if aspect <= 1 else round(long_side / aspect)
    return Sheet(height, round(height * aspect), rng, fonts, settings.unit)


def _spread(
    rng: np.random.Generator, corpus: Corpus, fonts: FontBook, settings: ComposerSettings
) -> Sheet:
    """Compose two facing pages in one scan; a plate may run over the fold."""
    height = round(settings.long_side * settings.supersampling * rng.uniform(0.62, 0.8))
    width = round(height * rng.uniform(0.62, 0.78))
    kinds = ("columns", "wrapped", "text", "figures", "insets", "plate", "adverts")
    whole = Sheet(height, 2 * width, rng, fonts, settings.unit)
    for side in (0, 1):
        page = Sheet(height, width, rng, fonts, settings.unit)
        KINDS[str(rng.choice(kinds))](page, corpus)
        window = np.s_[:, side * width : (side + 1) * width]
        whole.tone[window], whole.labels[window] = page.tone, page.labels
        whole.alpha[window], whole.taken[window] = page.alpha, page.taken
        whole.type_cast[window] = page.type_cast
    if rng.random() < 0.25:
        plate_over_fold(whole, corpus)
    fold = np.abs(np.arange(2 * width) - width) / (width * rng.uniform(0.01, 0.06))
    shade = 1 - rng.uniform(0.1, 0.6) * np.exp(-(fold**2))
    whole.tone[:] = (whole.tone * shade[None, :]).astype(np.uint8)
    return whole


def _print(
    sheet: Sheet, rng: np.random.Generator, settings: ComposerSettings
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    tone, labels, alpha = sheet.tone, sheet.labels, sheet.alpha
    if rng.random() < settings.halftone:
        toned = (labels == ILLUSTRATION) & ~sheet.type_cast
        tone = effects.halftone(tone, toned, rng, unit=settings.unit)
    if rng.random() < settings.heavy_ink:
        tone = effects.heavy_ink(tone, rng)
    if rng.random() < settings.bleed_through:
        tone = effects.bleed_through(tone, rng, unit=settings.unit)
    if rng.random() < 0.4:
        tone = effects.uneven(tone, rng)
    if rng.random() < settings.stains:
        tone = age.stains(tone, rng)
    if rng.random() < settings.fold:
        tone = age.fold_shadow(tone, rng)
    if rng.random() < settings.curl:
        tone, labels, alpha = age.curl(tone, labels, alpha, rng)
    degrees = rng.normal(0, settings.skew_degrees / 2)
    tone, labels, alpha = effects.turn(tone, labels, alpha, degrees, 255)
    if rng.random() < settings.scanner_border:
        tone, labels, alpha = effects.scanner_border(tone, labels, alpha, rng)
    return tone, labels, alpha


def _scan(
    tone: NDArray[np.uint8],
    corpus: Corpus,
    rng: np.random.Generator,
    settings: ComposerSettings,
    *,
    small: bool,
) -> NDArray[np.uint8]:
    chosen = rng.random()
    share = settings.bitonal_thumbnail if small else settings.bitonal
    if chosen < share:
        blurred = cv2.GaussianBlur(tone, (0, 0), 0.6) if rng.random() < 0.5 else tone
        return np.dstack([effects.bitonal(blurred, rng, unit=settings.unit)] * 3)
    if chosen < share + settings.grey:
        if rng.random() < 0.5:
            tone = effects.degrade(effects.paper(tone, None, rng)[..., 1], rng, settings)
        return np.dstack([tone] * 3)
    sheet = None
    if corpus.papers and rng.random() < settings.paper:
        sheet = corpus.papers[rng.integers(len(corpus.papers))]
    return effects.degrade(effects.paper(tone, sheet, rng), rng, settings)


def _reduced(
    page: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    kind: str,
    long_side: int,
    squash: float,
) -> ComposedPage:
    scale = long_side / max(labels.shape[0], labels.shape[1] * squash)
    size = (
        max(1, round(labels.shape[1] * squash * scale)),
        max(1, round(labels.shape[0] * scale)),
    )
    return ComposedPage(
        page=np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), dtype=np.uint8),
        labels=np.asarray(
            cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8
        ),
        alpha=np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), dtype=np.uint8),
        kind=kind,
    )


def reduced_pair(
    page: NDArray[np.uint8], labels: NDArray[np.uint8], long_side: int
) -> ComposedPage:
    """Return a real page (H, W, 3) with its label map (H, W), reduced, as one to train on."""
    scale = min(1.0, long_side / max(labels.shape))
    size = (max(1, round(labels.shape[1] * scale)), max(1, round(labels.shape[0] * scale)))
    small = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    map_ = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    return ComposedPage(small, map_, np.where(map_ == ILLUSTRATION, 255, 0).astype(np.uint8), "own")

"""Refine one page: the alpha of every illustration, in the master's own pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import in_master, region_to_master
from pipeline.refine.crops import crop_box, cut_out, inside_of, outline_of, trimmed
from pipeline.refine.large import (
    enlarged,
    in_page,
    matting_scale,
    polygon_in_page,
    reduced_size,
    resized,
)
from pipeline.refine.mattes import refine_illustration
from pipeline.refine.settings import RefineSettings
from schemas.geometry import Box, Transform, pixels_of
from schemas.model import RGB8, Illustration, Region, RegionKind, Scan

_MARGIN_MM = 1.0
"""Paper kept around an illustration while its alpha is solved."""
_INSIDE_AT_LEAST = 0.51
"""Probability that pixels inside a region have at least: more likely illustration than not."""


def refine_page(
    master: RGB8,
    probabilities: NDArray[np.float32],
    regions: Sequence[Region],
    *,
    scan: Scan,
    transform: Transform,
    settings: RefineSettings,
) -> Iterator[tuple[Illustration, NDArray[np.uint8]]]:
    """Yield every illustration of a page with its cut-out, RGBA (h, w, 4) of its box.

    Args:
        master: the page (H, W, 3).
        probabilities: the separator's planes (5, h, w), in the order of ``CLASSES``.
        regions: the regions of the prepared page, in its pixels, illustrations and others.
        scan: what is known of the master.
        transform: the way from the prepared page to the master.
        settings: which matte, and the band in which alpha is solved.
    """
    text = probabilities[2:].max(axis=0)
    illustrations = [region for region in regions if region.kind is RegionKind.ILLUSTRATION]
    for ordinal, prepared in enumerate(illustrations, start=1):
        region = region_to_master(prepared, transform)
        margin = round(pixels_of(_MARGIN_MM, scan.dpi))
        box = crop_box(region, margin=margin, width=scan.width, height=scan.height)
        scale = matting_scale(box)
        size = reduced_size(box, scale)
        picture = in_master(probabilities[1], transform, box, size)
        is_inside = inside_of(region.polygon, box, size) > 0
        inside = np.where(is_inside, np.maximum(picture, _INSIDE_AT_LEAST), 0)
        crop = master[box.top : box.bottom, box.left : box.right]
        refined = refine_illustration(
            crop if scale == 1 else resized(crop, size),
            inside.astype(np.float32),
            in_master(text, transform, box, size),
            dpi=scan.dpi * scale,
            settings=settings,
        )
        refined, local = trimmed(refined, Box(0, 0, *size), margin=round(margin * scale / 2))
        kept = in_page(local, box, scale)
        illustration = Illustration(
            scan.page,
            ordinal,
            kept,
            polygon_in_page(outline_of(refined.inside, local), box, scale),
            region.probability,
            matte=refined.method,
            matte_score=refined.score,
            matte_scale=round(scale, 3),
        )
        window = master[kept.top : kept.bottom, kept.left : kept.right]
        yield illustration, enlarged(cut_out(refined), window)

"""Leave out what an engine sees in color charts, on targets and on blank pages."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.look import PageLook
from schemas.model import Region, RegionKind

_PICTURES = (RegionKind.ILLUSTRATION, RegionKind.CAPTION)
_ON_CHART = 0.5
"""Share of a region on a chart from which it is a part of the chart."""


def without_targets(regions: Sequence[Region], look: PageLook) -> tuple[Region, ...]:
    """Return the ``regions`` of a prepared page that are parts of the page.

    A target and a blank page have neither illustrations nor captions; a chart beside a page is
    none.
    """
    if look.is_target or look.is_blank:
        return tuple(region for region in regions if region.kind not in _PICTURES)
    chart = look.chart
    if chart is None:
        return tuple(regions)
    return tuple(
        region
        for region in regions
        if region.kind not in _PICTURES or region.box.overlap(chart) < _ON_CHART * region.box.area
    )

"""Label maps from COCO annotations: polygons or boxes of named categories."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

from schemas.errors import ScanError
from schemas.labels import IGNORE, paint
from schemas.model import CLASSES, RGB8, ClassMap


def coco_map(
    image: dict[str, Any],
    annotations: Sequence[dict[str, Any]],
    names: dict[int, str],
    name: str,
    page: RGB8,
) -> ClassMap:
    """Return the label map (H, W) of ``page`` (H, W, 3) by the annotations of its image.

    ``names`` are those of the categories by number, each a class or "ignore"; ``name`` is the
    file's, for messages.

    Raises:
        ScanError: the image has no size, or an annotation no outline that can be drawn.
    """
    try:
        width, height = int(image["width"]), int(image["height"])
        if not (width >= 1 and height >= 1):
            raise ScanError(
                f"{name}: {image['file_name']} is {width} x {height} pixels; "
                "write the size of its scan there"
            )
        shapes = _coco_shapes(annotations, names, name)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ScanError(f"{name}: no COCO annotation ({error!r}); export it again") from error
    return paint(shapes, (width, height), page.shape[:2])


def _coco_shapes(
    annotations: Sequence[dict[str, Any]], names: dict[int, str], name: str
) -> list[tuple[list[tuple[float, float]], int]]:
    shapes = []
    for one in annotations:
        outlines = one.get("segmentation") or [_coco_box(one, name)]
        if not isinstance(outlines, list):
            raise ScanError(f"{name}: annotation {one['id']} is run-length coded; export polygons")
        kind = names[one["category_id"]]
        label = IGNORE if kind == "ignore" else CLASSES.index(kind)
        for flat in outlines:
            if len(flat) < 6:
                raise ScanError(
                    f"{name}: annotation {one['id']} has an outline of {len(flat) // 2} points; "
                    "draw it with three or more"
                )
            if not all(map(isfinite, flat)):
                raise ScanError(
                    f"{name}: annotation {one['id']} has a point that is no number; draw it again"
                )
            shapes.append((list(zip(flat[::2], flat[1::2], strict=True)), label))
    return shapes


def _coco_box(annotation: dict[str, Any], name: str) -> list[float]:
    """Return the corners of an annotation that is a box alone, flat as COCO's polygons are."""
    left, top, width, height = annotation.get("bbox") or (0, 0, 0, 0)
    if not (width > 0 and height > 0):
        raise ScanError(
            f"{name}: annotation {annotation['id']} has neither outline nor box; "
            "draw it or take it out"
        )
    right, bottom = left + width, top + height
    return [left, top, right, top, right, bottom, left, bottom]

"""COCO annotations: polygons or boxes of named categories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

from archive.training.pair import Pair, pair_of, read_json, scan_beside
from schemas.errors import ScanError
from schemas.labels import IGNORE, paint
from schemas.model import CLASSES, RGB8, ClassMap


def is_coco(root: Path) -> bool:
    """Say whether the folder ``root`` holds COCO annotations."""
    for path in sorted(root.glob("*.json")):
        try:
            record = read_json(path)
        except ScanError:
            if scan_beside(path) is None:
                raise
            continue  # a page's own annotation: its pair says what is wrong
        return isinstance(record, dict) and "images" in record and "categories" in record
    return False


def coco_pairs(root: Path, _: str) -> Iterator[Pair]:
    """Yield the pairs of the COCO files in ``root``.

    Raises:
        ScanError: a file is no COCO annotation, or names what is not there.
    """
    for path in sorted(root.glob("*.json")):
        record = read_json(path)
        try:
            names = {
                category["id"]: str(category["name"]).lower() for category in record["categories"]
            }
            unknown = sorted(set(names.values()) - set(CLASSES) - {"ignore"})
            if unknown:
                raise ScanError(f"{path}: category {unknown[0]!r} is none of {', '.join(CLASSES)}")
            for image in record["images"]:
                annotations = [a for a in record["annotations"] if a["image_id"] == image["id"]]
                scan = root / image["file_name"]
                if not scan.resolve().is_relative_to(root.resolve()):
                    raise ScanError(f"{path}: {image['file_name']!r} leads out of the folder")
                yield pair_of(scan, root, partial(_of_coco, image, annotations, names, path))
        except (KeyError, TypeError, ValueError) as error:
            raise ScanError(f"{path}: no COCO annotation ({error!r}); export it again") from error


def _of_coco(
    image: dict[str, Any],
    annotations: Sequence[dict[str, Any]],
    names: dict[int, str],
    path: Path,
    page: RGB8,
) -> ClassMap:
    try:
        width, height = int(image["width"]), int(image["height"])
        if not (width >= 1 and height >= 1):
            raise ScanError(
                f"{path}: {image['file_name']} is {width} x {height} pixels; "
                "write the size of its scan there"
            )
        shapes = _coco_shapes(annotations, names, path)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ScanError(f"{path}: no COCO annotation ({error!r}); export it again") from error
    return paint(shapes, (width, height), page.shape[:2])


def _coco_shapes(
    annotations: Sequence[dict[str, Any]], names: dict[int, str], path: Path
) -> list[tuple[list[tuple[float, float]], int]]:
    shapes = []
    for annotation in annotations:
        outlines = annotation.get("segmentation") or [_coco_box(annotation, path)]
        if not isinstance(outlines, list):
            raise ScanError(
                f"{path}: annotation {annotation['id']} is run-length coded; export polygons"
            )
        name = names[annotation["category_id"]]
        label = IGNORE if name == "ignore" else CLASSES.index(name)
        for flat in outlines:
            if len(flat) < 6:
                raise ScanError(
                    f"{path}: annotation {annotation['id']} has an outline of "
                    f"{len(flat) // 2} points; draw it with three or more"
                )
            if not all(map(isfinite, flat)):
                raise ScanError(
                    f"{path}: annotation {annotation['id']} has a point that is no number; "
                    "draw it again"
                )
            shapes.append((list(zip(flat[::2], flat[1::2], strict=True)), label))
    return shapes


def _coco_box(annotation: dict[str, Any], path: Path) -> list[float]:
    """Return the corners of an annotation that is a box alone, flat as COCO's polygons are."""
    left, top, width, height = annotation.get("bbox") or (0, 0, 0, 0)
    if not (width > 0 and height > 0):
        raise ScanError(
            f"{path}: annotation {annotation['id']} has neither outline nor box; "
            "draw it or take it out"
        )
    right, bottom = left + width, top + height
    return [left, top, right, top, right, bottom, left, bottom]

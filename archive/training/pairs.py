"""Pages with their label maps, out of the forms in which people keep them.

Forms, told apart by what lies in the folder:

    A/ and B/            pages and label maps of the same names (pix2pix)
    NAME.map.png         beside NAME.jpg: an 8-bit label map, 0 to 4, 255 = do not count
    NAME.json            beside NAME.jpg: an annotation as ``bilderbogen evaluate`` reads it
    *.json with images   COCO: polygons or boxes of named categories
    NAME.xml             beside NAME.jpg: PAGE-XML regions
    images alone         A|B: page and label map side by side in one image (pix2pix)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.images.images import load_image, load_labels
from schemas.errors import ScanError
from schemas.labels import IGNORE, from_colors, paint
from schemas.media_types import PICTURE_SUFFIXES
from schemas.model import CLASSES, RGB8, ClassMap, IssueId, PageId
from schemas.read.content import corners
from schemas.read.page_xml import read_page_xml
from schemas.truth import read_truth

_MAP = ".map.png"
_GENERIC = re.compile(r"(p|page|scan|img|seite|bild)?[-_ .]*[a-z]?\d+", re.IGNORECASE)
"""Names that number a page and say of no issue which."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A page and its label map; both are read when asked for.

    ``page`` gives (H, W, 3) uint8, ``labels`` (H, W) uint8 of the same size; ``path`` is the
    file the page comes from, whole unless ``is_half``.
    """

    name: str
    issue: str
    path: Path
    page: Callable[[], RGB8]
    labels: Callable[[], ClassMap]
    is_half: bool = False


def read_pairs(source: Path, *, form: str = "", order: str = "AtoB") -> list[Pair]:
    """Return the pairs in the folder ``source``, by name; nothing is decoded yet.

    ``form`` names one of ``FORMS`` where the folder could be several; ``order`` says which half
    of an A|B image is the page.

    Raises:
        ScanError: there is no pair, or the form cannot be told.
    """
    if not source.is_dir():
        raise ScanError(f"{source}: is no folder")
    able = [name for name, (is_one, _) in FORMS.items() if is_one(source)]
    chosen = form or (able[0] if able else "")
    if chosen not in FORMS:
        raise ScanError(f"{source}: holds no training pairs; forms are {', '.join(FORMS)}")
    found = sorted(FORMS[chosen][1](source, order), key=lambda pair: pair.name)
    if not found:
        raise ScanError(f"{source}: no pair in the form {chosen}")
    return found


def issue_of(path: Path, root: Path, *, source: str = "") -> str:
    """Return the issue a page belongs to: its folder below ``root``, else its name to the number.

    Names that many issues share, as page_001 and 7, say nothing: such pages belong to ``source``,
    by default the name of ``root``.

    >>> issue_of(Path("r/bazar-1871-11_0004.png"), Path("r"))
    'bazar-1871-11'
    >>> issue_of(Path("r/idler/p7.png"), Path("r"))
    'idler'
    >>> issue_of(Path("r/page_001.png"), Path("r"))
    'r'
    """
    inside = path.relative_to(root).parent
    if inside.parts:
        return "-".join(inside.parts)
    if _GENERIC.fullmatch(path.stem):
        return source or root.resolve().name or path.stem
    return re.sub(r"[-_ .]*[a-z]?\d+$", "", path.stem) or path.stem


def scan_of(folder: Path, name: str) -> Path | None:
    """Return the scan called ``name`` in ``folder``; not NAME.map.png, not NAME.1.png."""
    beside = (
        p for p in folder.glob("*") if p.stem == name and p.suffix.lower() in PICTURE_SUFFIXES
    )
    return min((p for p in beside if not p.name.endswith(_MAP) and p.is_file()), default=None)


def _images(folder: Path) -> list[Path]:
    return [
        p for p in sorted(folder.rglob("*")) if p.suffix.lower() in PICTURE_SUFFIXES and p.is_file()
    ]


def _scan_of(path: Path) -> Path | None:
    name = path.name.removesuffix(_MAP if path.name.endswith(_MAP) else path.suffix)
    return scan_of(path.parent, name)


def _pair(scan: Path, root: Path, labels: Callable[[RGB8], ClassMap], *, source: str = "") -> Pair:
    def page() -> RGB8:
        return load_image(scan).rgb

    issue = issue_of(scan, root, source=source)
    return Pair(scan.stem, issue, scan, page, lambda: labels(page()))


def _missing(what: Path, wanted: str) -> Pair:
    """A pair that says what is wrong when it is asked: nothing is passed over in silence."""

    def refuse() -> Any:  # noqa: ANN401 - it never returns
        raise ScanError(f"{what}: has no {wanted}; add it or take the file out")

    return Pair(what.stem, "", what, refuse, refuse)


def _folders(root: Path, order: str) -> Iterator[Pair]:
    pages, maps = (root / name for name in (("A", "B") if order == "AtoB" else ("B", "A")))
    source = root.resolve().name
    drawn = {p.relative_to(maps).with_suffix(""): p for p in _images(maps)}
    for scan in _images(pages):
        target = drawn.pop(scan.relative_to(pages).with_suffix(""), None)
        if target is None:
            yield _missing(scan, "label map")
            continue
        yield _pair(scan, pages, lambda _, path=target: read_map(path), source=source)  # type: ignore[misc]
    for path in drawn.values():
        yield _missing(path, "page")


def read_map(path: Path, *, is_whole: bool = False) -> ClassMap:
    """Return the label map in ``path``: 8-bit labels, or colors of the palette.

    With ``is_whole`` every pixel has a class: 255 is refused.

    Raises:
        ScanError: it is unreadable, or its labels or colors are those of no class.
    """
    rgb = load_image(path).rgb
    grey = rgb[..., 0]
    if (rgb == grey[..., None]).all():
        known = {*range(len(CLASSES)), *(() if is_whole else (IGNORE,))}
        unknown = sorted(set(np.unique(grey).tolist()) - known)
        if unknown:
            raise ScanError(
                f"{path}: label {unknown[0]} is of no class, and greys are the colors of no class; "
                f"labels are 0 to 4{'' if is_whole else ' and 255'}"
            )
        return load_labels(path)
    try:
        return from_colors(rgb)
    except ValueError as error:
        raise ScanError(f"{path}: {error}") from error


def _maps(root: Path, _: str) -> Iterator[Pair]:
    for path in sorted(root.rglob("*.map.png")):
        scan = _scan_of(path)
        yield _pair(scan, root, lambda _, p=path: read_map(p)) if scan else _missing(path, "page")  # type: ignore[misc]


def _truths(root: Path, _: str) -> Iterator[Pair]:
    for path in sorted(root.rglob("*.json")):
        scan = _scan_of(path)
        if scan is None:
            yield _missing(path, "page")
            continue
        yield _pair(scan, root, lambda page, p=path: _of_truth(p, page))  # type: ignore[misc]


def _of_truth(path: Path, page: RGB8) -> ClassMap:
    truth = read_truth(path.read_bytes(), name=str(path))
    size = (truth.width, truth.height)
    kinds = {"illustration": 1, "initial": 4}
    shapes = [(s.outline(), kinds.get(s.kind, IGNORE)) for s in truth.illustrations]
    shapes += [(s.outline(), IGNORE) for s in truth.ignore]
    return paint(shapes, size, page.shape[:2], beside=IGNORE)


def _xml(root: Path, _: str) -> Iterator[Pair]:
    for path in sorted(root.rglob("*.xml")):
        scan = _scan_of(path)
        if scan is None:
            yield _missing(path, "page")
            continue
        yield _pair(scan, root, lambda page, p=path: _of_xml(p, page))  # type: ignore[misc]


def _of_xml(path: Path, page: RGB8) -> ClassMap:
    size = (page.shape[1], page.shape[0])
    somewhere = PageId(IssueId("training"), 1)
    found = read_page_xml(path.read_bytes(), page=somewhere, name=str(path), size=size)
    shapes = [(corners(r.box), CLASSES.index(str(r.kind))) for r in found.text.regions]
    shapes += [(one.polygon, CLASSES.index(str(one.kind))) for one in found.illustrations]
    return paint(shapes, size, page.shape[:2])


def _coco(root: Path, _: str) -> Iterator[Pair]:
    for path in sorted(root.glob("*.json")):
        record = _json(path)
        try:
            names = {one["id"]: str(one["name"]).lower() for one in record["categories"]}
            unknown = sorted(set(names.values()) - set(CLASSES) - {"ignore"})
            if unknown:
                raise ScanError(f"{path}: category {unknown[0]!r} is none of {', '.join(CLASSES)}")
            for image in record["images"]:
                own = [a for a in record["annotations"] if a["image_id"] == image["id"]]
                scan = root / image["file_name"]
                if not scan.resolve().is_relative_to(root.resolve()):
                    raise ScanError(f"{path}: {image['file_name']!r} leads out of the folder")
                yield _pair(scan, root, partial(_of_coco, image, own, names, path))
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
    for one in annotations:
        outlines = one.get("segmentation") or [_coco_box(one, path)]
        if not isinstance(outlines, list):
            raise ScanError(f"{path}: annotation {one['id']} is run-length coded; export polygons")
        name = names[one["category_id"]]
        label = IGNORE if name == "ignore" else CLASSES.index(name)
        for flat in outlines:
            if len(flat) < 6:
                raise ScanError(
                    f"{path}: annotation {one['id']} has an outline of {len(flat) // 2} points; "
                    "draw it with three or more"
                )
            if not all(map(isfinite, flat)):
                raise ScanError(
                    f"{path}: annotation {one['id']} has a point that is no number; draw it again"
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


def _combined(root: Path, order: str) -> Iterator[Pair]:
    for path in _images(root):

        def halves(path: Path = path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
            rgb = load_image(path).rgb
            if rgb.shape[1] % 2:
                raise ScanError(f"{path}: its width is odd, so it is no A|B image")
            left, right = np.split(rgb, 2, axis=1)
            return (left, right) if order == "AtoB" else (right, left)

        def labels(halves: Callable[[], Any] = halves, path: Path = path) -> ClassMap:
            try:
                return from_colors(halves()[1])
            except ValueError as error:
                raise ScanError(f"{path}: {error}") from error

        yield Pair(path.stem, issue_of(path, root), path, lambda h=halves: h()[0], labels, True)  # type: ignore[misc]


def _json(path: Path) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise ScanError(f"{path}: no JSON: {error}") from error


def _is_coco(root: Path) -> bool:
    for path in sorted(root.glob("*.json")):
        try:
            record = _json(path)
        except ScanError:
            if _scan_of(path) is None:
                raise
            continue  # a page's own annotation: its pair says what is wrong
        return isinstance(record, dict) and "images" in record and "categories" in record
    return False


FORMS: dict[str, tuple[Callable[[Path], bool], Callable[[Path, str], Iterator[Pair]]]] = {
    "folders": (lambda root: (root / "A").is_dir() and (root / "B").is_dir(), _folders),
    "maps": (lambda root: any(root.rglob("*.map.png")), _maps),
    "coco": (_is_coco, _coco),
    "truth": (lambda root: any(root.rglob("*.json")), _truths),
    "page-xml": (lambda root: any(root.rglob("*.xml")), _xml),
    "combined": (lambda root: bool(_images(root)), _combined),
}
"""Name of a form: how it is known, how it is read; the first that fits is taken."""

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

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.images.images import load_image, load_labels
from archive.training.coco import coco_pairs, is_coco
from archive.training.pair import Pair, images_in, issue_of, missing_pair, pair_of, scan_beside
from schemas.errors import ScanError
from schemas.labels import IGNORE, from_colors, paint
from schemas.model import CLASSES, RGB8, ClassMap, IssueId, PageId
from schemas.read.content import corners
from schemas.read.page_xml import read_page_xml
from schemas.truth import read_truth


def read_pairs(source: Path, *, form: str = "", order: str = "AtoB") -> list[Pair]:
    """Return the pairs in the folder ``source``, by name; nothing is decoded yet.

    ``form`` names one of ``FORMS`` where the folder could be several; ``order`` says which half
    of an A|B image is the page.

    Raises:
        ScanError: there is no pair, or the form cannot be told.
    """
    if not source.is_dir():
        raise ScanError(f"{source}: is no folder")
    fitting = [name for name, (fits, _) in FORMS.items() if fits(source)]
    chosen = form or (fitting[0] if fitting else "")
    if chosen not in FORMS:
        raise ScanError(f"{source}: holds no training pairs; forms are {', '.join(FORMS)}")
    pairs = sorted(FORMS[chosen][1](source, order), key=lambda pair: pair.name)
    if not pairs:
        raise ScanError(f"{source}: no pair in the form {chosen}")
    return pairs


def _folders(root: Path, order: str) -> Iterator[Pair]:
    pages, maps = (root / name for name in (("A", "B") if order == "AtoB" else ("B", "A")))
    source = root.resolve().name
    drawn = {p.relative_to(maps).with_suffix(""): p for p in images_in(maps)}
    for scan in images_in(pages):
        target = drawn.pop(scan.relative_to(pages).with_suffix(""), None)
        if target is None:
            yield missing_pair(scan, "label map")
            continue
        yield pair_of(scan, pages, partial(_of_map, target), source=source)
    for path in drawn.values():
        yield missing_pair(path, "page")


def read_map(path: Path, *, is_whole: bool = False) -> ClassMap:
    """Return the label map in ``path``: 8-bit labels, or colors of the palette.

    With ``is_whole`` every pixel has a class: 255 is refused.

    Raises:
        ScanError: it is unreadable, or its labels or colors are those of no class.
    """
    loaded = load_image(path)
    rgb, is_grey = loaded.rgb, loaded.mode == "L"
    grey = load_labels(path) if is_grey else rgb[..., 0]  # a scan of 0 and 1 would be stretched
    if is_grey or (rgb == grey[..., None]).all():
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


def _annotated(
    pattern: str, labels: Callable[[Path, RGB8], ClassMap], root: Path, _: str
) -> Iterator[Pair]:
    """Yield the pairs of files called ``pattern``, each beside the scan of its name."""
    for path in sorted(root.rglob(pattern)):
        scan = scan_beside(path)
        yield pair_of(scan, root, partial(labels, path)) if scan else missing_pair(path, "page")


def _of_map(path: Path, page: RGB8) -> ClassMap:
    del page
    return read_map(path)


def _of_truth(path: Path, page: RGB8) -> ClassMap:
    truth = read_truth(path.read_bytes(), name=str(path))
    size = (truth.width, truth.height)
    kinds = {"illustration": 1, "initial": 4}
    shapes = [(s.outline(), kinds.get(s.kind, IGNORE)) for s in truth.illustrations]
    shapes += [(s.outline(), IGNORE) for s in truth.ignore]
    return paint(shapes, size, page.shape[:2], beside=IGNORE)


def _of_xml(path: Path, page: RGB8) -> ClassMap:
    size = (page.shape[1], page.shape[0])
    any_page = PageId(IssueId("training"), 1)
    content = read_page_xml(path.read_bytes(), page=any_page, name=str(path), size=size)
    shapes = [(corners(r.box), CLASSES.index(str(r.kind))) for r in content.text.regions]
    shapes += [(r.polygon, CLASSES.index(str(r.kind))) for r in content.illustrations]
    return paint(shapes, size, page.shape[:2])


def _combined(root: Path, order: str) -> Iterator[Pair]:
    for path in images_in(root):

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


FORMS: dict[str, tuple[Callable[[Path], bool], Callable[[Path, str], Iterator[Pair]]]] = {
    "folders": (lambda root: (root / "A").is_dir() and (root / "B").is_dir(), _folders),
    "maps": (lambda root: any(root.rglob("*.map.png")), partial(_annotated, "*.map.png", _of_map)),
    "coco": (is_coco, coco_pairs),
    "truth": (lambda root: any(root.rglob("*.json")), partial(_annotated, "*.json", _of_truth)),
    "page-xml": (lambda root: any(root.rglob("*.xml")), partial(_annotated, "*.xml", _of_xml)),
    "combined": (lambda root: bool(images_in(root)), _combined),
}
"""Name of a form: how it is known, how it is read; the first that fits is taken."""

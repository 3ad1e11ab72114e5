"""Annotated scans to train on: ``truth/NAME.json`` and the scans in ``pages/``.

An annotation says which classes it marks completely. What lies beside the marked regions may be
background or any class that is not among them, and the label map says just that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.images.images import load_image
from archive.training.truth import annotated_pages, page_image
from schemas.errors import ConfigError
from schemas.labels import IGNORE, open_label, paint
from schemas.model import CLASSES, RGB8, ClassMap
from schemas.truth import PageTruth

_KINDS = {"illustration": CLASSES.index("illustration"), "initial": CLASSES.index("text")}
"""Labels of the kinds of shapes; an ornament does not count."""


@dataclass(frozen=True, slots=True, eq=False)
class RealPage:
    """A scan with its label map of the same size, and the source it comes from.

    ``rectangles`` are those of the illustrations that no polygon outlines: left, top, right, bottom
    in pixels of the scan.
    """

    name: str
    source: str
    page: RGB8
    labels: ClassMap
    rectangles: tuple[tuple[float, float, float, float], ...] = ()


def real_pages(folder: Path) -> Iterator[RealPage]:
    """Yield the annotated scans in ``folder``, by name.

    Raises:
        ConfigError: there is no annotation, or one has no scan.
        DocumentError: an annotation is invalid.
        ScanError: a scan is damaged.
    """
    for annotated in annotated_pages(folder / "truth"):
        rgb = load_image(page_image(folder / "pages", annotated)).rgb
        labels = to_labels(annotated.truth, rgb.shape[:2])
        rectangles = _rectangles(annotated.truth, rgb.shape[:2])
        yield RealPage(annotated.name, annotated.truth.source, rgb, labels, rectangles)


def _rectangles(
    truth: PageTruth, size: tuple[int, ...]
) -> tuple[tuple[float, float, float, float], ...]:
    down, across = size[0] / truth.height, size[1] / truth.width
    return tuple(
        (left * across, top * down, right * across, bottom * down)
        for shape in truth.illustrations
        if shape.kind == "illustration" and not shape.polygon
        for left, top, right, bottom in [shape.box]
    )


def check_sources(folder: Path, sources: Collection[str]) -> None:
    """Refuse names of sources that no annotation has.

    Raises:
        ConfigError: naming the sources there are.
    """
    known = {annotated.truth.source for annotated in annotated_pages(folder / "truth")}
    strange = sorted(set(sources) - known)
    if strange:
        raise ConfigError(
            f"{folder}: has no source {strange[0]}; it has {', '.join(sorted(known))}"
        )


def to_labels(truth: PageTruth, size: tuple[int, ...]) -> ClassMap:
    """Return the (H, W) = ``size`` label map of an annotation.

    What no region covers may be background or a class that is not ``labelled``. Later regions lie
    over earlier ones: text, headers, captions, illustrations, and last what does not count.
    """
    marked = {CLASSES.index(name) for name in truth.labelled}
    beside = open_label([at for at in range(len(CLASSES)) if at not in marked])
    areas = {"text": truth.texts, "header": truth.headers, "caption": truth.captions}
    shapes = [
        (area.outline(), CLASSES.index(name)) for name, regions in areas.items() for area in regions
    ]
    shapes += [(shape.outline(), _KINDS.get(shape.kind, IGNORE)) for shape in truth.illustrations]
    shapes += [(area.outline(), IGNORE) for area in truth.ignore]
    return paint(shapes, (truth.width, truth.height), size, beside=beside)

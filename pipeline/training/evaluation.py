"""How good class maps are: pixel and box figures per source.

Everything is compared on a grid whose long side is 1024 pixels. Ornaments and initials, and areas
marked "ignore" or labelled 255, are neither demanded nor punished.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.training.boundary import boundary
from pipeline.training.detection import Detections, Rectangle, matches, mean_average_precision
from schemas.model import CLASSES, ClassMap, Region, RegionKind
from schemas.truth import PageTruth

GRID = 1024
SMALLEST = 0.001
"""Share of the page below which a box does not count."""


@dataclass(frozen=True, slots=True)
class PageScore:
    """Figures of one page; areas in pixels of the grid, ``classes`` intersection and union.

    ``boundary`` is precision and recall of the outlines of illustrations, None without any;
    ``confusion`` counts pixels, (expected, predicted), where every pixel is labelled.
    """

    name: str
    source: str
    shared: int
    union: int
    predicted_area: int
    expected_area: int
    area: int
    predicted_parts: int
    expected_parts: int
    hits_50: int
    hits_75: int
    boundary: tuple[float, float] | None = None
    detections: Detections | None = None
    confusion: NDArray[np.int64] | None = None
    classes: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def iou(self) -> float:
        """Intersection over union of illustration; 1 where none is expected or predicted."""
        return self.shared / self.union if self.union else 1.0

    @property
    def is_text_only(self) -> bool:
        """Whether the page has no illustration."""
        return self.expected_area == 0


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures over pages; None where nothing could be measured."""

    pages: int
    pictured: int
    iou: float | None
    pooled: float | None
    precision: float | None
    recall: float | None
    box_f1_50: float | None
    box_f1_75: float | None
    boundary_f: float | None
    average_precision: float | None
    false_area: float | None
    caption_iou: float | None
    header_iou: float | None
    text_iou: float | None


def score_page(
    truth: PageTruth,
    labels: ClassMap | None,
    predicted: ClassMap,
    *,
    name: str,
    regions: Sequence[Region] | None = None,
) -> PageScore:
    """Compare ``predicted`` with a page's truth: shapes, or a whole label map if there is one.

    ``regions``, in pixels of the page, give the boxes a confidence; average precision needs it.
    """
    width, height = _grid(truth.width, truth.height)
    predicted_map = _nearest(predicted, width, height)
    shapes = [s for s in truth.illustrations if s.kind == "illustration"]
    classes: dict[str, tuple[int, int]] = {}
    confusion = None
    if labels is not None:
        expected_map = _nearest(labels, width, height)
        expected, ignored = expected_map == 1, expected_map >= len(CLASSES)
        for index, kind in enumerate(CLASSES):
            predicted_class, other = (predicted_map == index) & ~ignored, expected_map == index
            classes[kind] = (
                int((predicted_class & other).sum()),
                int((predicted_class | other).sum()),
            )
        confusion = _confusion(expected_map, predicted_map)
        expected_parts = _components(expected)
    else:
        expected = _painted(truth, [s.outline() for s in shapes], width, height)
        others = [s.outline() for s in truth.illustrations if s.kind != "illustration"]
        others += [s.outline() for s in truth.ignore]
        ignored = _painted(truth, others, width, height) & ~expected
        expected_parts = _boxes(truth, width, height)
    illustrated = (predicted_map == 1) & ~ignored
    predicted_parts = _components(illustrated)
    return PageScore(
        name=name,
        source=truth.source,
        shared=int((illustrated & expected).sum()),
        union=int((illustrated | expected).sum()),
        predicted_area=int(illustrated.sum()),
        expected_area=int(expected.sum()),
        area=expected.size,
        predicted_parts=len(predicted_parts),
        expected_parts=len(expected_parts),
        hits_50=matches(predicted_parts, expected_parts, 0.5),
        hits_75=matches(predicted_parts, expected_parts, 0.75),
        boundary=boundary(illustrated, expected),
        detections=None
        if regions is None
        else _detections(regions, expected_parts, truth, ignored),
        confusion=confusion,
        classes=classes,
    )


def summarize(pages: Sequence[PageScore]) -> Summary:
    """Return the figures over ``pages``: means over pages for IoU, pooled for the rest."""
    pictured = [p for p in pages if not p.is_text_only]
    plain = [p for p in pages if p.is_text_only]
    boxes = sum(p.predicted_parts + p.expected_parts for p in pages)
    shared = sum(p.shared for p in pages)
    return Summary(
        pages=len(pages),
        pictured=len(pictured),
        iou=_mean([p.iou for p in pictured]),
        pooled=_ratio(shared, sum(p.union for p in pages)),
        precision=_ratio(shared, sum(p.predicted_area for p in pages)),
        recall=_ratio(shared, sum(p.expected_area for p in pages)),
        box_f1_50=_ratio(2 * sum(p.hits_50 for p in pages), boxes),
        box_f1_75=_ratio(2 * sum(p.hits_75 for p in pages), boxes),
        boundary_f=_boundary_f([p.boundary for p in pages if p.boundary]),
        average_precision=mean_average_precision([p.detections for p in pages if p.detections]),
        false_area=_mean([p.predicted_area / p.area for p in plain]),
        caption_iou=_class_iou(pages, "caption"),
        header_iou=_class_iou(pages, "header"),
        text_iou=_class_iou(pages, "text"),
    )


def by_source(pages: Sequence[PageScore]) -> dict[str, Summary]:
    """Return the figures of each source, and of all pages as ALL."""
    sources = sorted({page.source for page in pages})
    summaries = {source: summarize([p for p in pages if p.source == source]) for source in sources}
    return summaries | {"ALL": summarize(pages)}


def _confusion(expected_map: ClassMap, illustrated: ClassMap) -> NDArray[np.int64]:
    pairs = expected_map.astype(np.int64) * len(CLASSES) + illustrated
    known = expected_map < len(CLASSES)
    counts = np.bincount(pairs[known], minlength=len(CLASSES) ** 2)
    return counts.reshape(len(CLASSES), len(CLASSES))


def _boundary_f(pages: Sequence[tuple[float, float]]) -> float | None:
    return _mean([2 * p * r / (p + r) if p + r else 0.0 for p, r in pages])


def _detections(
    regions: Sequence[Region],
    expected: Sequence[Rectangle],
    truth: PageTruth,
    ignored: NDArray[np.bool_],
) -> Detections:
    """Boxes of ``regions`` on the grid; those that lie in an ignored area are left out."""
    height, width = ignored.shape
    fx, fy = width / truth.width, height / truth.height
    skipped = [s.outline() for s in truth.illustrations if s.kind != "illustration"]
    skipped += [s.outline() for s in truth.ignore]
    ignored = ignored | _painted(truth, skipped, width, height)
    boxes, confidences = [], []
    for region in regions:
        box = region.box
        inside = ignored[
            round(box.top * fy) : round(box.bottom * fy),
            round(box.left * fx) : round(box.right * fx),
        ]
        if region.kind is RegionKind.ILLUSTRATION and not (inside.size and inside.mean() > 0.5):
            boxes.append((box.left * fx, box.top * fy, box.right * fx, box.bottom * fy))
            confidences.append(region.probability)
    return Detections(tuple(boxes), tuple(confidences), tuple(expected))


def _class_iou(pages: Sequence[PageScore], kind: str) -> float | None:
    mapped = [p.classes[kind] for p in pages if p.classes]
    return _ratio(sum(a for a, _ in mapped), sum(b for _, b in mapped))


def _grid(width: int, height: int) -> tuple[int, int]:
    scale = GRID / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _nearest(labels: ClassMap, width: int, height: int) -> ClassMap:
    resized = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized, dtype=np.uint8)


def _painted(
    truth: PageTruth, outlines: Sequence[Sequence[tuple[float, float]]], width: int, height: int
) -> NDArray[np.bool_]:
    canvas = Image.new("1", (width, height))
    fx, fy = width / truth.width, height / truth.height
    for outline in outlines:
        ImageDraw.Draw(canvas).polygon([(x * fx, y * fy) for x, y in outline], fill=1)
    return np.array(canvas)


def _boxes(truth: PageTruth, width: int, height: int) -> list[Rectangle]:
    fx, fy = width / truth.width, height / truth.height
    boxes = [
        (s.box[0] * fx, s.box[1] * fy, s.box[2] * fx, s.box[3] * fy)
        for s in truth.illustrations
        if s.kind == "illustration"
    ]
    return [b for b in boxes if (b[2] - b[0]) * (b[3] - b[1]) >= SMALLEST * width * height]


def _components(mask: NDArray[np.bool_]) -> list[Rectangle]:
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return [
        (float(x), float(y), float(x + w), float(y + h))
        for x, y, w, h, area in stats[1:count].tolist()
        if area >= SMALLEST * mask.size
    ]


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None

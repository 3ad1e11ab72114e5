"""Describe one page: what every illustration is, and what the running head says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipeline.describe.captions import link_captions
from pipeline.describe.hashes import perceptual_hash
from pipeline.describe.header import parse_header
from pipeline.describe.kinds import KindModel, placed_kind, print_kind
from pipeline.recognize.quality import known_share
from pipeline.recognize.veto import without_vetoed
from pipeline.refine.crops import inside_of
from schemas.capture import Capture
from schemas.geometry import pixels_of
from schemas.look import PageLook
from schemas.model import RGB8, Illustration, PageText, Region, RegionKind, Scan
from schemas.published import PageDescription


def with_print(picture: Illustration, rectangle: RGB8, model: KindModel) -> Illustration:
    """Return ``picture`` with its perceptual hash and its kind, told by how it is printed.

    ``rectangle`` (H, W, 3) is its box of the master.
    """
    inside = inside_of(picture.polygon, picture.box) > 0
    kind, confidence = print_kind(rectangle, inside, model)
    return replace(
        picture,
        perceptual_hash=perceptual_hash(rectangle),
        kind=kind,
        kind_confidence=confidence,
    )


def describe_page(
    scan: Scan,
    pictures: Sequence[Illustration],
    regions: Sequence[Region],
    text: PageText | None,
    *,
    capture: Capture,
    look: PageLook,
    caption_distance_mm: float,
    known_words: Collection[str],
) -> PageDescription:
    """Return what is known of a page.

    Args:
        scan: its master, with the size it has when it stands upright.
        pictures: its cut-outs; none where they were lost.
        regions: what the separator saw, in pixels of the master.
        text: its words; None where they were lost.
        capture: how the page lies in its scan.
        look: how it looks.
        caption_distance_mm: how far a caption may be from its illustration.
        known_words: normalized words of the issue's languages; none where no list is installed.
    """
    read = text.regions if text else ()
    reach = pixels_of(caption_distance_mm, scan.dpi)
    kept, separated = without_vetoed(pictures, regions, text.vetoed if text else ())
    header = "  ".join(region.text for region in read if region.kind is RegionKind.HEADER)
    illustrations = tuple(
        placed_kind(picture, read, width=scan.width, height=scan.height, is_first=scan.place == 1)
        for picture in link_captions(kept, read, reach=reach)
    )
    return PageDescription(
        page=scan.page,
        header=parse_header(header) if header else None,
        illustrations=illustrations,
        regions=separated,
        text=text,
        confidence=text.confidence if text else None,
        known_words=known_share(read, known_words),
        capture=capture,
        look=look,
    )

"""A small published issue with real files: three pages of 100 x 140 pixels, two illustrations."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from archive.layout import Layout
from schemas.event import Event
from schemas.geometry import Box
from schemas.model import Identifier
from schemas.package import Publication
from schemas.published import PageDescription, PublishedFile
from tests.issues import AT, published

PUBLIC = Publication(
    base_url="https://example.org/magazines",
    owner="Example Library",
    owner_logo="https://example.org/logo.png",
    owner_site_url="https://example.org/",
    owner_contact="mailto:digital@example.org",
    reference_url="https://example.org/catalog/{id}",
)
ALL = ("archive", "dfg", "iiif")
WIDTH, HEIGHT = 100, 140


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _save(path: Path, array, **keep) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **keep)


def _file(layout, use, subject, name, mimetype):
    path = layout.root / name
    return PublishedFile(use, subject, name, mimetype, digest(path), path.stat().st_size)


def _small(box):
    return Box(box.left // 10, box.top // 10, max(box.right // 10, box.left // 10 + 1),
               max(box.bottom // 10, box.top // 10 + 1))  # fmt: skip


def _shrunk(description):
    """The fixture's page at a tenth of its size, so that its image is quick to write."""
    regions = []
    for region in description.text.regions:
        lines = []
        for line in region.lines:
            words = tuple(replace(w, box=_small(w.box)) for w in line.words)
            lines.append(replace(line, box=_small(line.box), words=words))
        regions.append(replace(region, box=_small(region.box), lines=tuple(lines)))
    pictures = tuple(
        replace(
            p,
            box=_small(p.box),
            polygon=tuple((x / 10, y / 10) for x, y in p.polygon),
            caption=p.caption and replace(p.caption, box=_small(p.caption.box)),
        )
        for p in description.illustrations
    )
    text = replace(description.text, regions=tuple(regions))
    return replace(description, text=text, illustrations=pictures)


def small_issue(folder: Path, *, pages: int = 3, slug: str = "bazar-1871-11"):
    """Return a published issue and the layout its files lie in; the last page is blank."""
    layout = Layout(folder / "archive")
    issue = published(slug, pages=pages)
    made = []
    for page in issue.pages:
        number = page.scan.page.sequence
        scan = replace(page.scan, width=WIDTH, height=HEIGHT)
        master = layout.master(scan)
        grey = np.full((HEIGHT, WIDTH), 200 + number % 50, np.uint8)
        _save(master, grey, dpi=(300, 300))
        scan = replace(scan, sha256=digest(master), size_bytes=master.stat().st_size)
        if number == pages:
            made.append(replace(page, scan=scan, description=PageDescription(scan.page), files=(
                _file(layout, "MASTER", str(scan.page), scan.path, "image/tiff"),)))  # fmt: skip
            continue
        description = _shrunk(page.description)
        (picture,) = description.illustrations
        rgba = np.full((picture.box.height, picture.box.width, 4), 90, np.uint8)
        _save(layout.root / f"cut/{picture}.png", rgba)
        _save(layout.root / f"cut/{picture}.jpg", rgba[..., :3])
        files = (
            _file(layout, "MASTER", str(scan.page), scan.path, "image/tiff"),
            _file(layout, "CUTOUT", str(picture), f"cut/{picture}.png", "image/png"),
            _file(layout, "VIEW", str(picture), f"cut/{picture}.jpg", "image/jpeg"),
        )
        events = (
            Event(
                "layout/segmentation/region",
                AT,
                "pix2pix default sha256:0123456789ab",
                "success",
                "r1",
            ),
            *page.events,
            Event("layout/segmentation/matting", AT, "PyMatting 1.1.16", "success", "r3"),
        )
        made.append(replace(page, scan=scan, description=description, files=files, events=events))
    ids = (Identifier("zdb", "2145643-9"), Identifier("issn", "1234-5679"),
           Identifier("call-number", "Z 4711"))  # fmt: skip
    changed = replace(issue.metadata, identifiers=ids, publisher="L. Schaefer", place="Berlin")
    events = (Event("ingestion", AT, "Bilderbogen 0.1.0", "success", f"{pages} pages"),)
    record = replace(issue.issue, metadata=changed, scans=tuple(p.scan for p in made))
    return replace(issue, issue=record, metadata=changed, pages=tuple(made), events=events), layout

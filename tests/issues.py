"""A published issue as a record, without files."""

from datetime import UTC, datetime

from schemas.event import Event
from schemas.geometry import Box
from schemas.model import (
    Caption,
    Illustration,
    Issue,
    IssueId,
    IssueMetadata,
    PageId,
    PageText,
    RegionKind,
    Scan,
    TextLine,
    TextRegion,
    Word,
)
from schemas.published import (
    PageDescription,
    PageHeader,
    PublishedFile,
    PublishedIssue,
    PublishedPage,
)

AT = datetime(2024, 3, 1, 12, tzinfo=UTC)


def published(slug="bazar-1871-11", *, pages=2, edition="v001-aaaaaaaa", caption="Fig. 1. Kragen"):
    issue = IssueId(slug)
    made = []
    for number in range(1, pages + 1):
        page = PageId(issue, number)
        scan = Scan(page, f"p{number}.tif", f"masters/{slug}/v001/p{number}.tif", f"{number:064d}",
                    1000, 1400, 300.0, "image/tiff", "L", 8, 1234, label=None)  # fmt: skip
        box = Box(100, 200, 500, 700)
        polygon = ((100.0, 200.0), (500.0, 200.0), (500.0, 700.0))
        words = (Word("Mäd-", Box(10, 900, 80, 930), 0.9, hyphenated=True),)
        lines = (TextLine(Box(10, 900, 80, 930), words),
                 TextLine(Box(10, 940, 99, 970), (Word("chen", Box(10, 940, 99, 970), 0.8),)))  # fmt: skip
        text = PageText(
            page, (TextRegion(RegionKind.TEXT, Box(10, 900, 99, 970), lines),), "deu", 0.85
        )
        picture = Illustration(page, 1, box, polygon, 0.9, matte="frame", perceptual_hash="0" * 16,
                               caption=Caption(caption, Box(100, 710, 500, 740), 0.9, "below"))  # fmt: skip
        head = PageHeader(f"Der Bazar {number}", "Der Bazar", None, None, None, str(number))
        described = PageDescription(page, head, (picture,), (), text, 0.85)
        event = Event("recognition/text-recognition", AT, "Tesseract 5.3.0", "success", "r")
        master = PublishedFile("MASTER", str(page), scan.path, "image/tiff", scan.sha256, 1234)
        made.append(PublishedPage(scan, described, (master,), (event,)))
    metadata = IssueMetadata(title="Der Bazar", date="1871-03-15", volume="17", number="11",
                         languages=("ger",), script="Latf", owner="Example Library",
                         rights="http://creativecommons.org/publicdomain/mark/1.0/")  # fmt: skip
    record = Issue(issue, 1, metadata, tuple(page.scan for page in made), ingested=AT)
    return PublishedIssue(record, metadata, edition, tuple(made))

"""Write an issue as a package another system can take: masters, cut-outs, ALTO and METS."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from archive.layout import Layout
from archive.store import place, whole
from schemas.errors import DocumentError
from schemas.package import FULLTEXT, ILLUSTRATION, ORIGINAL, PackageFile
from schemas.published import PublishedFile, PublishedIssue, PublishedPage
from schemas.write.alto import alto_document
from schemas.write.mets import mets_document
from schemas.xml import parse_xml

METS_NAME = "mets.xml"
_SUFFIXES = {
    "image/tiff": ".tif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/jp2": ".jp2",
    "image/bmp": ".bmp",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
}


def write_package(published: PublishedIssue, layout: Layout, to: Path) -> None:
    """Write the package of ``published`` to the folder ``to``, whole or not at all.

    ``images/original`` holds the masters bit for bit (hard links where the disk allows),
    ``illustrations`` the cut-outs, ``fulltext/alto`` a file a page, ``mets.xml`` all of it.
    The same issue gives the same bytes.

    Raises:
        DocumentError: a master is gone or changed, or a document we wrote is invalid.
    """
    created = published.issue.ingested
    if created is None:
        raise DocumentError(f"{published.issue.issue}: has no date of ingest")
    with whole(to) as draft:
        draft.mkdir(parents=True)
        files: list[PackageFile] = []
        for page in published.pages:
            files += _page(page, published, layout, draft)
        _write(draft / METS_NAME, mets_document(published, files, created=created))


def _page(
    page: PublishedPage, published: PublishedIssue, layout: Layout, draft: Path
) -> list[PackageFile]:
    sequence = page.scan.page.sequence
    suffix = _SUFFIXES.get(page.scan.mimetype, Path(page.scan.name).suffix.lower())
    original = _placed(
        layout.master(page.scan),
        draft,
        f"images/original/{sequence:04d}{suffix}",
        ORIGINAL,
        sequence,
        0,
        page.files[0],
    )
    alto = alto_document(page, languages=published.metadata.languages)
    href = f"fulltext/alto/{sequence:04d}.xml"
    _write(draft / href, alto)
    digest = sha256(alto).hexdigest()
    found = [original, PackageFile(FULLTEXT, sequence, 0, href, "text/xml", digest, len(alto))]
    cut_outs = {file.subject: file for file in page.files if file.use == "CUTOUT"}
    for picture in page.description.illustrations:
        file = cut_outs[str(picture)]
        name = f"illustrations/{sequence:04d}_{picture.ordinal:02d}.png"
        found.append(
            _placed(
                layout.root / file.path, draft, name, ILLUSTRATION, sequence, picture.ordinal, file
            )
        )
    return found


def _placed(
    source: Path,
    draft: Path,
    href: str,
    use: str,
    sequence: int,
    ordinal: int,
    file: PublishedFile,
) -> PackageFile:
    if not source.is_file() or source.stat().st_size != file.size_bytes:
        raise DocumentError(
            f"{source}: gone or changed since it was registered; bilderbogen verify says more"
        )
    place(source, draft / href)
    return PackageFile(use, sequence, ordinal, href, file.mimetype, file.sha256, file.size_bytes)


def _write(path: Path, document: bytes) -> None:
    parse_xml(document, name=path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document)

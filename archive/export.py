"""Write an issue as a package another system can take.

A package is a BagIt bag:

    bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt
    data/
        mets.xml mets.dfg.xml dc.xml
        images/original/0001.tif        the master, bit for bit
        images/default/0001.jpg         to look at; images/thumbs/0001.jpg for lists
        fulltext/alto/0001.xml          fulltext/hocr/0001.html, fulltext/text/0001.txt
        illustrations/0003_01.png       cut-out with alpha; 0003_01.jpg to look at
        iiif/manifest.json              iiif/annotations/0001.json
        catalog/issue.json illustrations.csv
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256
from pathlib import Path

from archive import bag
from archive.images import load_image, load_rgb, save_jpeg
from archive.layout import Layout
from archive.store import place, whole
from archive.store import sha256 as file_sha256
from schemas.errors import ConfigError, DocumentError
from schemas.model import Illustration
from schemas.package import (
    ARCHIVE,
    DEFAULT,
    DFG,
    FULLTEXT,
    HOCR,
    IIIF,
    ILLUSTRATION,
    METADATA,
    ORIGINAL,
    TEXT,
    THUMBS,
    VIEW,
    PackageFile,
    Publication,
    created_at,
    label,
    urn,
)
from schemas.published import PublishedFile, PublishedIssue, PublishedPage
from schemas.write.alto import alto_document
from schemas.write.iiif import manifest, text_annotations, text_href
from schemas.write.mets import mets_document
from schemas.write.provenance import SOFTWARE
from schemas.write.tables import dublin_core, illustrations_csv, issue_json
from schemas.write.text import hocr_document, plain_text

METS_NAME, DFG_NAME = "mets.xml", "mets.dfg.xml"
DEFAULT_LONG_SIDE = 2400
THUMBNAIL_LONG_SIDE = 150
"""Pixels; the DFG-Viewer asks for pages of at least 1000 across and thumbnails of 150."""
_SUFFIXES = {
    "image/tiff": ".tif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/jp2": ".jp2",
    "image/bmp": ".bmp",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
}


def write_package(
    published: PublishedIssue,
    layout: Layout,
    to: Path,
    *,
    profiles: Collection[str] = (ARCHIVE,),
    publication: Publication | None = None,
) -> None:
    """Write the package of ``published`` to the folder ``to``, whole or not at all.

    ``profiles`` are archive (always written), dfg and iiif. The same issue gives the same bytes.

    Raises:
        ConfigError: a profile needs options that ``publication`` does not have; they are named.
        DocumentError: a master is gone or changed, or a document we made is invalid.
        ScanError: a master cannot be decoded.
    """
    public = publication or Publication()
    _check_profiles(published, profiles, public)
    with whole(to) as draft:
        payload = draft / bag.PAYLOAD
        payload.mkdir(parents=True)
        package = _Package(published, layout, payload, public)
        for page in published.pages:
            package.add_page(page)
        if IIIF in profiles:
            package.add_iiif()
        package.add_tables()
        package.add_mets(ARCHIVE, METS_NAME)
        if DFG in profiles:
            package.add_mets(DFG, DFG_NAME)
        bag.seal(
            draft,
            package.digests,
            size_bytes=package.size_bytes,
            info=_bag_info(published, public),
        )


def _check_profiles(
    published: PublishedIssue, profiles: Collection[str], public: Publication
) -> None:
    for profile in profiles:
        missing = public.missing(profile)
        if missing:
            raise ConfigError(f"the profile {profile} needs {', '.join(missing)} in config.ini")
    if DFG in profiles and not published.metadata.title:
        raise DocumentError(
            f"{published.issue.issue}: has no title, which the profile dfg needs; "
            "say it in issue.ini and ingest the issue again"
        )


def _bag_info(published: PublishedIssue, public: Publication) -> dict[str, str]:
    return {
        "Source-Organization": published.metadata.owner or public.owner,
        "External-Description": label(published.metadata),
        "External-Identifier": urn(published),
        "Internal-Sender-Identifier": f"{published.issue.issue} {published.edition}",
        "Bagging-Date": f"{created_at(published):%Y-%m-%d}",
        "Bag-Software-Agent": SOFTWARE,
    }


class _Package:
    """The payload as it grows: what is written is entered in ``files`` with its digest."""

    def __init__(
        self, published: PublishedIssue, layout: Layout, folder: Path, public: Publication
    ) -> None:
        self._published, self._layout = published, layout
        self._folder, self._public = folder, public
        self._masters: dict[str, PackageFile] = {}
        self.files: list[PackageFile] = []
        self.digests: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    @property
    def size_bytes(self) -> int:
        """Size of the payload."""
        return sum(self._sizes.values())

    def add_page(self, page: PublishedPage) -> None:
        """The master, its copies to look at, its text and its illustrations."""
        sequence = page.scan.page.sequence
        languages = self._published.metadata.languages
        self._add_master(page)
        self._add_images(page)
        alto = alto_document(page, languages=languages)
        self._add(FULLTEXT, sequence, 0, f"fulltext/alto/{sequence:04d}.xml", "text/xml", alto)
        hocr = hocr_document(page, languages=languages)
        self._add(HOCR, sequence, 0, f"fulltext/hocr/{sequence:04d}.html", "text/html", hocr)
        text = plain_text(page).encode()
        self._add(TEXT, sequence, 0, f"fulltext/text/{sequence:04d}.txt", "text/plain", text)
        self._add_illustrations(page)

    def add_iiif(self) -> None:
        """The manifest, and the text of each page as annotations."""
        published, public = self._published, self._public
        for page in published.pages:
            content = text_annotations(published, page, public)
            self._add_about(text_href(page), "application/json", content)
        content = manifest(published, self._by_id(), public)
        self._add_about("iiif/manifest.json", "application/json", content)

    def add_tables(self) -> None:
        """What the catalog says, for those without a METS reader."""
        published, known = self._published, self._by_id()
        self._add_about("catalog/issue.json", "application/json", issue_json(published, known))
        table = illustrations_csv(published, known)
        self._add_about("catalog/illustrations.csv", "text/csv", table)
        self._add_about("dc.xml", "text/xml", dublin_core(published))

    def add_mets(self, profile: str, name: str) -> None:
        """A METS document of everything added before; it does not list itself."""
        content = mets_document(
            self._published,
            self.files,
            created=created_at(self._published),
            profile=profile,
            publication=self._public,
        )
        self._write(name, content)

    def _add_master(self, page: PublishedPage) -> None:
        """A file of several pages is there once, and stands in METS for each of them."""
        scan, sequence = page.scan, page.scan.page.sequence
        known = self._masters.get(scan.path)
        if known is None:
            suffix = _SUFFIXES.get(scan.mimetype, Path(scan.name).suffix.lower())
            href = f"images/original/{sequence:04d}{suffix}"
            self._place(self._layout.master(scan), href, scan.sha256, scan.size_bytes)
        else:
            href = known.href
        file = PackageFile(
            ORIGINAL,
            sequence,
            0,
            href,
            scan.mimetype,
            scan.sha256,
            scan.size_bytes,
            scan.width,
            scan.height,
        )
        self._masters.setdefault(scan.path, file)
        self.files.append(file)

    def _add_images(self, page: PublishedPage) -> None:
        scan, sequence = page.scan, page.scan.page.sequence
        loaded = load_image(
            self._layout.master(scan), frame=scan.frame, max_megapixels=1e6, pdf_dpi=round(scan.dpi)
        )
        for use, folder, long_side in (
            (DEFAULT, "default", DEFAULT_LONG_SIDE),
            (THUMBS, "thumbs", THUMBNAIL_LONG_SIDE),
        ):
            href = f"images/{folder}/{sequence:04d}.jpg"
            path = self._folder / href
            path.parent.mkdir(parents=True, exist_ok=True)
            save_jpeg(path, loaded.rgb, long_side=long_side)
            self._enter_image(use, sequence, 0, href, "image/jpeg")

    def _add_illustrations(self, page: PublishedPage) -> None:
        made = {(file.use, file.subject): file for file in page.files}
        for picture in page.description.illustrations:
            cut_out = made.get(("CUTOUT", str(picture)))
            if cut_out is None:
                raise DocumentError(f"{picture}: published without a cut-out; publish it again")
            self._add_made(ILLUSTRATION, picture, cut_out, ".png")
            if view := made.get(("VIEW", str(picture))):
                self._add_made(VIEW, picture, view, ".jpg")

    def _add_made(self, use: str, picture: Illustration, file: PublishedFile, suffix: str) -> None:
        sequence, ordinal = picture.page.sequence, picture.ordinal
        href = f"illustrations/{sequence:04d}_{ordinal:02d}{suffix}"
        self._place(self._layout.root / file.path, href, file.sha256, file.size_bytes)
        self._enter_image(use, sequence, ordinal, href, file.mimetype)

    def _place(self, source: Path, href: str, digest: str, size_bytes: int) -> None:
        is_same = source.is_file() and source.stat().st_size == size_bytes
        if not is_same or file_sha256(source) != digest:
            raise DocumentError(
                f"{source}: gone or changed since it was registered; bilderbogen verify says more"
            )
        place(source, self._folder / href)
        self.digests[href], self._sizes[href] = digest, size_bytes

    def _enter_image(self, use: str, sequence: int, ordinal: int, href: str, mimetype: str) -> None:
        path = self._folder / href
        height, width = load_rgb(path).shape[:2]
        digest, size = self.digests.get(href) or file_sha256(path), path.stat().st_size
        self.digests[href], self._sizes[href] = digest, size
        self.files.append(
            PackageFile(use, sequence, ordinal, href, mimetype, digest, size, width, height)
        )

    def _add(
        self, use: str, sequence: int, ordinal: int, href: str, mimetype: str, content: bytes
    ) -> None:
        self._write(href, content)
        self.files.append(
            PackageFile(use, sequence, ordinal, href, mimetype, self.digests[href], len(content))
        )

    def _add_about(self, href: str, mimetype: str, content: bytes) -> None:
        ordinal = 1 + sum(file.use == METADATA for file in self.files)
        self._add(METADATA, 0, ordinal, href, mimetype, content)

    def _write(self, href: str, content: bytes) -> None:
        path = self._folder / href
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.digests[href], self._sizes[href] = sha256(content).hexdigest(), len(content)

    def _by_id(self) -> dict[str, PackageFile]:
        return {file.xml_id: file for file in self.files}

"""The payload of a package as it grows: files, what METS says of them, and their checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from lxml import etree

from archive.images.facts import image_size
from archive.images.images import load_image, save_jpeg
from archive.images.pdf import registered_dpi
from archive.layout import Layout
from archive.package.schema_store import SchemaStore
from archive.package.validate import check_document
from archive.store import place
from archive.store import sha256 as file_sha256
from schemas.errors import DocumentError
from schemas.media_types import suffix_of
from schemas.model import Illustration
from schemas.package import (
    ARCHIVE,
    DEFAULT,
    DFG,
    FULLTEXT,
    HOCR,
    ILLUSTRATION,
    MANIFEST,
    METADATA,
    ORIGINAL,
    TEXT,
    THUMBS,
    VIEW,
    PackageFile,
    Publication,
    created_at,
)
from schemas.published import PublishedFile, PublishedIssue, PublishedPage
from schemas.rules.alto import AltoFacts, alto_facts
from schemas.rules.checks import check_view
from schemas.rules.package import FileFacts, PackageView
from schemas.rules.rule import Finding
from schemas.write.alto import alto_document
from schemas.write.iiif import manifest, text_annotations, text_href
from schemas.write.mets import mets_document
from schemas.write.tables import dublin_core, illustrations_csv, issue_json
from schemas.write.text import hocr_document, plain_text

METS_NAMES = {ARCHIVE: "mets.xml", DFG: "mets.dfg.xml"}
MANIFEST_NAME, ISSUE_NAME = MANIFEST, "catalog/issue.json"
DEFAULT_LONG_SIDE = 2400
THUMBNAIL_LONG_SIDE = 150
"""Pixels; the DFG-Viewer asks for pages of at least 1000 across and thumbnails of 150."""
_MOST = 10
_ANY_SIZE = 1e6
"""Megapixels; what was accepted at ingest is not refused here."""


class Payload:
    """What is written is entered in ``files`` and checked at once; ``check`` compares it all."""

    def __init__(
        self,
        published: PublishedIssue,
        layout: Layout,
        folder: Path,
        public: Publication,
        store: SchemaStore | None,
    ) -> None:
        self._published, self._layout = published, layout
        self._folder, self._public, self._store = folder, public, store
        self._masters: dict[str, str] = {}
        self._sizes: dict[str, int] = {}
        self._altos: dict[str, AltoFacts] = {}
        self._records: dict[str, dict[str, Any]] = {}
        self._mets: etree._Element | None = None
        self.files: list[PackageFile] = []
        self.digests: dict[str, str] = {}

    @property
    def published(self) -> PublishedIssue:
        """The issue of the package."""
        return self._published

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
        self._add(FULLTEXT, sequence, f"fulltext/alto/{sequence:04d}.xml", "text/xml", alto)
        hocr = hocr_document(page, languages=languages)
        self._add(HOCR, sequence, f"fulltext/hocr/{sequence:04d}.html", "text/html", hocr)
        text = plain_text(page).encode()
        self._add(TEXT, sequence, f"fulltext/text/{sequence:04d}.txt", "text/plain", text)
        self._add_illustrations(page)

    def add_iiif(self) -> None:
        """The manifest, and the text of each page as annotations."""
        published, public = self._published, self._public
        for page in published.pages:
            content = text_annotations(published, page, public)
            self.add_document(text_href(page), "application/json", content)
        content = manifest(published, self._by_id(), public)
        self.add_document(MANIFEST_NAME, "application/json", content)

    def add_tables(self) -> None:
        """What the catalog says, for those without a METS reader."""
        published, known = self._published, self._by_id()
        self.add_document(ISSUE_NAME, "application/json", issue_json(published, known))
        table = illustrations_csv(published, known)
        self.add_document("catalog/illustrations.csv", "text/csv", table)
        self.add_document("dc.xml", "text/xml", dublin_core(published))

    def add_mets(self, profile: str) -> None:
        """A METS document of everything added before; it does not list itself."""
        content = mets_document(
            self._published,
            self.files,
            created=created_at(self._published),
            profile=profile,
            publication=self._public,
        )
        self._write(METS_NAMES[profile], content)

    def check(self) -> None:
        """Compare the documents with each other and with the files.

        Raises:
            DocumentError: they disagree.
        """
        if self._mets is None:
            raise DocumentError(f"{self._published.issue.issue}: the package has no METS")
        used = Counter(file.href for file in self.files)
        facts = {file.href: _facts(file, with_size=used[file.href] == 1) for file in self.files}
        view = PackageView(
            self._mets,
            facts,
            self._altos,
            self._records.get(MANIFEST_NAME),
            self._records.get(ISSUE_NAME),
        )
        self._refuse(list(check_view(view, name=METS_NAMES[ARCHIVE])))

    def _add_master(self, page: PublishedPage) -> None:
        """A file of several pages is there once, and stands in METS for each of them."""
        scan, sequence = page.scan, page.scan.page.sequence
        href = self._masters.get(scan.path)
        if href is None:
            suffix = suffix_of(scan.mimetype) or Path(scan.name).suffix.lower()
            href = f"images/original/{sequence:04d}{suffix}"
            self._place(self._layout.master(scan), href, scan.sha256, scan.size_bytes)
            self._masters[scan.path] = href
        self.files.append(
            PackageFile(
                ORIGINAL,
                sequence,
                0,
                href,
                scan.mimetype,
                scan.sha256,
                scan.size_bytes,
                *page.description.capture.size(scan.width, scan.height),
            )
        )

    def _add_images(self, page: PublishedPage) -> None:
        scan, sequence = page.scan, page.scan.page.sequence
        master = self._layout.master(scan)
        loaded = load_image(
            master, frame=scan.frame, max_megapixels=_ANY_SIZE, pdf_dpi=registered_dpi(scan)
        )
        shown = page.description.capture.shown(loaded.rgb)
        for use, folder, long_side in (
            (DEFAULT, "default", DEFAULT_LONG_SIDE),
            (THUMBS, "thumbs", THUMBNAIL_LONG_SIDE),
        ):
            href = f"images/{folder}/{sequence:04d}.jpg"
            path = self._folder / href
            path.parent.mkdir(parents=True, exist_ok=True)
            save_jpeg(path, shown, long_side=long_side)
            self.digests[href], self._sizes[href] = file_sha256(path), path.stat().st_size
            self._enter_image(use, sequence, 0, href, "image/jpeg")

    def _add_illustrations(self, page: PublishedPage) -> None:
        made = {(file.use, file.subject): file for file in page.files}
        for picture in page.description.illustrations:
            cut_out = made.get(("CUTOUT", str(picture)))
            if cut_out is None:
                raise DocumentError(f"{picture}: published without a cut-out; publish it again")
            self._add_made(ILLUSTRATION, picture, cut_out, Path(cut_out.path).suffix)
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
        # who is handed a package may write in it; a link would be our file
        inside = (self._folder.resolve(), source.resolve())
        links = all(path.is_relative_to(self._layout.root.resolve()) for path in inside)
        place(source, self._folder / href, links=links)
        self.digests[href], self._sizes[href] = digest, size_bytes

    def _enter_image(self, use: str, sequence: int, ordinal: int, href: str, mimetype: str) -> None:
        width, height = image_size(self._folder / href)
        digest, size = self.digests[href], self._sizes[href]
        self.files.append(
            PackageFile(use, sequence, ordinal, href, mimetype, digest, size, width, height)
        )

    def _add(self, use: str, sequence: int, href: str, mimetype: str, content: bytes) -> None:
        self._write(href, content)
        ordinal = 0 if sequence else 1 + sum(file.use == use for file in self.files)
        digest = self.digests[href]
        self.files.append(PackageFile(use, sequence, ordinal, href, mimetype, digest, len(content)))

    def add_document(self, href: str, mimetype: str, content: bytes) -> None:
        """A document about the whole issue; METS that is written after it lists it.

        Raises:
            DocumentError: it is invalid.
        """
        self._add(METADATA, 0, href, mimetype, content)

    def _write(self, href: str, content: bytes) -> None:
        """Write a document that we made, if nothing is wrong with it."""
        if href.endswith((".xml", ".html", ".json")):
            checked = check_document(content, name=href, store=self._store)
            self._refuse(checked.findings)
            if href.startswith("fulltext/alto/") and checked.root is not None:
                self._altos[href] = alto_facts(checked.root)
            elif href == METS_NAMES[ARCHIVE]:
                self._mets = checked.root
            elif href in (MANIFEST_NAME, ISSUE_NAME) and checked.record is not None:
                self._records[href] = checked.record
        path = self._folder / href
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.digests[href], self._sizes[href] = sha256(content).hexdigest(), len(content)

    def _refuse(self, findings: Sequence[Finding]) -> None:
        if not findings:
            return
        more = [f"and {len(findings) - _MOST} more"] if len(findings) > _MOST else []
        listing = "\n  ".join([*map(str, findings[:_MOST]), *more])
        raise DocumentError(
            f"{self._published.issue.issue}: not exported, for it would be invalid:\n  {listing}"
        )

    def _by_id(self) -> dict[str, PackageFile]:
        return {file.xml_id: file for file in self.files}


def _facts(file: PackageFile, *, with_size: bool) -> FileFacts:
    """Facts of a file; one that stands for several pages has the size of none."""
    is_image = with_size and file.mimetype.startswith("image/")
    width, height = (file.width, file.height) if is_image else (0, 0)
    return FileFacts(file.size_bytes, file.sha256, file.mimetype, width, height)

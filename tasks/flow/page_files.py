"""What stages left of a page: its files in the work folders, and how it left each stage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from archive.images.images import load_grey, load_image
from archive.images.loaded import LoadedImage
from archive.images.pdf import registered_dpi
from archive.layout import PageFolder, page_name
from archive.store import sha256, sha256_once
from pipeline.geometry import region_to_master
from schemas.capture import Capture
from schemas.codec import from_json
from schemas.errors import ChangedError, ScanError
from schemas.geometry import Transform
from schemas.ledger import StageState
from schemas.look import PageLook
from schemas.model import ClassMap, Grey8, Illustration, PageId, Region, RegionKind, Scan
from tasks.flow.issue import IssueTask, PageOutcome

T = TypeVar("T")
OUTCOME = ".outcome.json"
"""Ends the name of the file that says how a page left a stage."""
TRIED = ".tried.json"
"""Ends the name of the outcome of a page that is tried again because its process died."""


class PageFiles(IssueTask):
    """A task that reads what stages made of the pages of its issue."""

    def made_by(self, stage: str, page: PageId, suffix: str = "") -> Path:
        """The file or folder that ``stage`` made of ``page``."""
        return self._folder(stage) / page_name(page, suffix)

    def scan(self, page: PageId) -> Scan:
        """The registered master of ``page``."""
        return next(scan for scan in self.record.scans if scan.page == page)

    def upright_scan(self, page: PageId) -> Scan:
        """The registered master of ``page`` with the size it has when it stands upright."""
        transform = self.transform(page)
        width, height = transform.master_width, transform.master_height
        return replace(self.scan(page), width=width, height=height)

    def load_master(self, page: PageId) -> LoadedImage:
        """The master of ``page`` as a person reads it: upright, and a positive."""
        loaded = self.load_scan(page)
        return replace(loaded, rgb=self.capture(page).shown(loaded.rgb))

    def load_scan(self, page: PageId) -> LoadedImage:
        """The master of ``page`` as it was scanned: a page of a PDF as it was registered."""
        scan, settings = self.scan(page), self.settings.ingest
        return load_image(
            self.unchanged_master(scan),
            frame=scan.frame,
            max_megapixels=settings.max_megapixels,
            pdf_dpi=registered_dpi(scan),
        )

    def unchanged_master(self, scan: Scan) -> Path:
        """The master of a page, if it is the one that was registered.

        Raises:
            ScanError: it is gone, or has changed since.
        """
        path = self.layout.master(scan)
        if not path.is_file():
            raise ScanError(f"{path}: is gone; restore it from a backup, or ingest it again")
        if sha256_once(path) != scan.sha256:
            raise ScanError(f"{path}: has changed since it was ingested; restore it from a backup")
        return path

    def unchanged(self, stage: str, page: PageId, path: Path) -> Path:
        """Return ``path``, a file that ``stage`` left of ``page``, if it is as it was made.

        Raises:
            ChangedError: it is gone, or has changed since.
        """
        left = self.made_by(stage, page)
        name = path.relative_to(left).as_posix() if path.is_relative_to(left) else ""
        digest = self.outcome_in(stage, page).digests.get(name)
        fault = "" if path.is_file() else "is gone"
        if not fault and digest is not None and sha256(path) != digest:
            fault = f"has changed since {stage} made it"
        if fault:
            raise ChangedError(f"{path}: {fault}", stage, page.sequence)
        return path

    def read_json(self, kind: type[T], stage: str, page: PageId, path: Path) -> T:
        """Return the record of type ``kind`` that ``stage`` left of ``page`` at ``path``.

        Raises:
            ChangedError: the file is gone, or has changed since.
        """
        content = self.unchanged(stage, page, path).read_bytes()
        return from_json(kind, content, name=str(path))

    def folder_of(self, stage: str, page: PageId) -> PageFolder:
        """Names in the folder that ``stage`` made of ``page``."""
        return PageFolder(self.made_by(stage, page))

    def capture(self, page: PageId) -> Capture:
        """How ``page`` lies in its scan."""
        path = self.folder_of("prepare", page).capture
        return self.read_json(Capture, "prepare", page, path)

    def page_and_classes(self, page: PageId) -> tuple[Grey8, ClassMap]:
        """The prepared ``page`` in grey, and its class map."""
        grey, class_map = self.folder_of("prepare", page).grey, self.folder_of("separate", page)
        return (
            load_grey(self.unchanged("prepare", page, grey)),
            load_grey(self.unchanged("separate", page, class_map.class_map)),
        )

    def look(self, page: PageId) -> PageLook:
        """What ``page`` looks like."""
        path = self.folder_of("prepare", page).look
        return self.read_json(PageLook, "prepare", page, path)

    def transform(self, page: PageId) -> Transform:
        """The way from the prepared ``page`` back to its master."""
        path = self.folder_of("prepare", page).transform
        return self.read_json(Transform, "prepare", page, path)

    def regions(self, page: PageId) -> tuple[Region, ...]:
        """The regions of ``page``, in pixels of the prepared page."""
        path = self.folder_of("separate", page).regions
        return self.read_json(tuple[Region, ...], "separate", page, path)

    def illustrated(self, page: PageId) -> tuple[Region, ...]:
        """The illustrations among the regions of ``page``, in pixels of the prepared page."""
        return tuple(r for r in self.regions(page) if r.kind is RegionKind.ILLUSTRATION)

    def regions_of_master(self, page: PageId) -> tuple[Region, ...]:
        """The regions of ``page``, in pixels of its master."""
        transform = self.transform(page)
        return tuple(region_to_master(region, transform) for region in self.regions(page))

    def illustrations(self, stage: str, page: PageId) -> tuple[Illustration, ...]:
        """The illustrations that ``stage`` left of ``page``."""
        path = self.folder_of(stage, page).illustrations
        return self.read_json(tuple[Illustration, ...], stage, page, path)

    def outcome_in(self, stage: str, page: PageId) -> PageOutcome:
        """How ``page`` left ``stage``."""
        path = self.made_by(stage, page, OUTCOME)
        return from_json(PageOutcome, path.read_bytes(), name=str(path))

    def has_left(self, stage: str, page: PageId) -> bool:
        """Say whether ``page`` has come through ``stage``: it was asked for there and not lost."""
        return self._is_settled_in(stage, page) and not self.has_failed(stage, page)

    def has_failed(self, stage: str, page: PageId) -> bool:
        """Say whether ``page`` was lost in ``stage``."""
        return (
            self._is_settled_in(stage, page)
            and self.outcome_in(stage, page).state is StageState.FAILED
        )

    def _is_settled_in(self, stage: str, page: PageId) -> bool:
        return self.made_by(stage, page, OUTCOME).exists()

    def _folder(self, stage: str) -> Path:
        return self.layout.pages(stage, self.recipe_of(stage), self.issue_id, self.record.version)

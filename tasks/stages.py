"""The stages, in the order a page passes them. What is needed, where it goes, and one call each."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import luigi

from archive import images
from archive.layout import PageFolder, PublishedNames
from archive.store import whole
from pipeline.crops import cut_out
from pipeline.describe.captions import link_captions
from pipeline.describe.header import parse_header
from pipeline.geometry import region_to_master, text_to_master
from pipeline.prepare import apply_transform, find_transform, reduced
from pipeline.regions import find_regions
from schemas.codec import from_json, to_json
from schemas.errors import PageError
from schemas.ledger import StageState
from schemas.model import Illustration, PageId, PageText, Region, RegionKind, Transform
from tasks.base import IssueTask, PageStage
from tasks.engines import separator
from tasks.reading import read_page
from tasks.settings import Settings


class Ingested(IssueTask, luigi.ExternalTask):
    """The issue is registered; ``bilderbogen ingest`` does that."""

    stage = "ingest"

    def output(self) -> luigi.LocalTarget:
        """The record of the issue."""
        return luigi.LocalTarget(str(self.layout.issue_record(self.issue_id)))


class Prepare(PageStage):
    """Straighten every page and keep the way back."""

    stage = "prepare"

    def requires(self) -> luigi.Task:
        """Registered masters."""
        return self.clone(Ingested)

    def build(self, page: PageId, target: Path) -> StageState:
        """Write transform, reduced page and grey page."""
        own = self.settings.prepare
        rgb = self.load_master(page).rgb
        found = find_transform(
            rgb, max_skew_degrees=own.max_skew_degrees, find_border=own.find_border
        )
        prepared = apply_transform(rgb, found.transform)
        target.mkdir()
        files = PageFolder(target)
        images.save_png(files.reduced, reduced(prepared, own.reduced_long_side))
        images.save_png(files.grey, images.to_grey(prepared))
        files.transform.write_bytes(to_json(found.transform))
        return StageState.DONE


class Separate(PageStage):
    """Draw the class map of every page."""

    stage = "separate"
    after = "prepare"
    batch = 4

    def requires(self) -> luigi.Task:
        """Straight pages first."""
        return self.clone(Prepare)

    def build_batch(self, pages: Sequence[PageId]) -> None:
        """Separate pages together, as a GPU likes them; write each on its own."""
        loaded = [images.load_rgb(self.prepared(page).reduced) for page in pages]
        self._found = dict(zip(pages, separator(self.settings.separate)(loaded), strict=True))
        super().build_batch(pages)

    def build(self, page: PageId, target: Path) -> StageState:
        """Write class map, probabilities and regions of ``page``."""
        found, transform = self._found[page], self.transform(page)
        regions = find_regions(
            found.probabilities,
            page_width=transform.width,
            page_height=transform.height,
            min_area=self.settings.separate.min_area,
        )
        target.mkdir()
        files = PageFolder(target)
        images.save_png(files.class_map, found.class_map)
        images.save_planes(files.probabilities, found.probabilities)
        files.regions.write_bytes(to_json(regions))
        return StageState.DONE if regions else StageState.EMPTY


class Recognize(PageStage):
    """Read the text of every page, its illustrations blanked."""

    stage = "recognize"
    after = "separate"
    suffix = ".json"

    def requires(self) -> luigi.Task:
        """Class maps first."""
        return self.clone(Separate)

    def build(self, page: PageId, target: Path) -> StageState:
        """Write the words of ``page``, in pixels of the master."""
        with tempfile.TemporaryDirectory(prefix="bilderbogen-") as folder:
            text = read_page(
                page,
                grey=images.load_grey(self.prepared(page).grey),
                class_map=images.load_labels(self.separated(page).class_map),
                regions=self.regions(page),
                dpi=self.scan(page).dpi,
                metadata=self.record.metadata,
                settings=self.settings,
                scratch=Path(folder),
            )
        target.write_bytes(to_json(text_to_master(text, self.transform(page))))
        return StageState.DONE if text.regions else StageState.EMPTY

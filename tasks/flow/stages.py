"""The stages, in the order a page passes them: what is needed, where it goes, and a call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import luigi
import numpy as np

from archive.images import images
from archive.layout import PageFolder, PublishedNames
from archive.records import read_record
from archive.weights import KINDS_FILE, LETTERS_FILE
from archive.wordlists import vocabulary
from pipeline.describe.kinds import kind_model
from pipeline.describe.page import describe_page, with_print
from pipeline.describe.page_kind import with_page_kind
from pipeline.geometry import text_to_master
from pipeline.prepare.letters import Evidence, letter_model
from pipeline.prepare.look import look_of
from pipeline.prepare.straighten import apply_transform, find_transform, reduced, to_grey
from pipeline.prepare.upright import find_capture
from pipeline.recognize.engines import NO_ENGINE
from pipeline.recognize.page import read_page
from pipeline.recognize.supplied_text import with_kinds
from pipeline.refine.crops import over_white
from pipeline.refine.descreen import descreened, find_screen
from pipeline.refine.page import refine_page
from pipeline.separate.regions import find_regions
from pipeline.separate.separation import Separation, separate
from pipeline.separate.targets import without_targets
from schemas.capture import AS_SCANNED, Capture
from schemas.codec import from_json, to_json
from schemas.ledger import StageState
from schemas.model import CLASSES, RGB8, UNREAD, Illustration, PageId, PageText, Region
from tasks.flow.cut_out_files import CutOut, deep_pixels, write_cut_out
from tasks.flow.graph import INGEST
from tasks.flow.issue import IssueTask
from tasks.flow.issue_script import issue_script
from tasks.flow.page_stage import BatchStage, PageStage
from tasks.flow.separators import separator
from tasks.flow.text_engines import readers

_VIEW_PX, _THUMBNAIL_PX = 1200, 240


class Ingested(IssueTask, luigi.ExternalTask):
    """The issue is registered; ``bilderbogen ingest`` does that."""

    stage = INGEST

    def output(self) -> luigi.LocalTarget:
        """The record of the issue."""
        return luigi.LocalTarget(str(self.layout.issue_record(self.issue_id)))


class Prepare(PageStage):
    """Straighten every page and keep the way back."""

    stage = "prepare"

    def requires(self) -> list[luigi.Task]:
        """Registered masters."""
        return [self.clone(Ingested)]

    def build(self, page: PageId, target: Path) -> StageState:
        """Write how the page lies, its transform, the reduced page and the grey page."""
        settings = self.settings.prepare
        scan = self.load_scan(page).rgb
        capture, evidence = self._capture(page, scan)
        rgb = capture.shown(scan)
        straight = find_transform(
            rgb, max_skew_degrees=settings.max_skew_degrees, find_border=settings.find_border
        )
        prepared = apply_transform(rgb, straight.transform, paper=straight.paper)
        target.mkdir()
        files = PageFolder(target)
        images.save_png(files.reduced, reduced(prepared, settings.reduced_long_side))
        images.save_png(files.grey, to_grey(prepared))
        files.transform.write_bytes(to_json(straight.transform))
        files.capture.write_bytes(to_json(capture))
        files.look.write_bytes(to_json(look_of(prepared, evidence)))
        return StageState.DONE

    def _capture(self, page: PageId, rgb: RGB8) -> tuple[Capture, Evidence]:
        """How the page lies; text that came with it was placed on the scan as it is."""
        capture, evidence = find_capture(to_grey(rgb), letter_model(LETTERS_FILE.read_bytes()))
        if self.scan(page).text or not self.settings.prepare.find_orientation:
            return AS_SCANNED, evidence
        return capture, evidence


class Separate(BatchStage):
    """Draw the class map of every page."""

    stage = "separate"

    @property
    def batch_size(self) -> int:
        """The number of pages that the engine gets at once."""
        return self.settings.separate.batch_size

    def build_batch(self, pages: Sequence[PageId]) -> None:
        """Separate pages together, as a GPU likes them; write each on its own."""
        engine = separator(self.settings.separate)
        loaded: dict[PageId, RGB8] = {}
        for page in pages:
            with self.risking(page):
                loaded[page] = images.load_rgb(self._reduced(page))
        separations = separate(tuple(loaded.values()), engine) if loaded else []
        for (page, rgb), separation in zip(loaded.items(), separations, strict=True):
            self.settle(page, partial(self._write_page, page, rgb, separation))

    def _reduced(self, page: PageId) -> Path:
        return self.unchanged("prepare", page, self.folder_of("prepare", page).reduced)

    def _write_page(
        self, page: PageId, rgb: RGB8, separation: Separation, target: Path
    ) -> StageState:
        """Write class map, probabilities and regions of ``page``."""
        transform = self.transform(page)
        regions = find_regions(
            separation.probabilities,
            page_width=transform.width,
            page_height=transform.height,
            min_area=self.settings.separate.min_area,
            page=to_grey(rgb),
        )
        # straightening adds wedges of paper beside the scan
        regions = tuple(region for region in regions if transform.shows(region.box))
        regions = without_targets(regions, self.look(page))
        target.mkdir()
        files = PageFolder(target)
        images.save_png(files.class_map, separation.class_map)
        images.save_planes(files.probabilities, separation.probabilities)
        files.regions.write_bytes(to_json(regions))
        return StageState.DONE if regions else StageState.EMPTY


class Recognize(PageStage):
    """Read the text of every page, its illustrations blanked."""

    stage = "recognize"
    suffix = ".json"

    def build(self, page: PageId, target: Path) -> StageState:
        """Write the words of ``page``, in pixels of the master: kept, or read here."""
        scan = self.scan(page)
        text = self._supplied_text(page) if scan.text else self._read(page, dpi=scan.dpi)
        target.write_bytes(to_json(text))
        return StageState.DONE if text.regions or scan.text else StageState.EMPTY

    def may_fail(self, pages: int) -> float:
        """Return how many of ``pages`` may be unread: that costs their text, not their pictures."""
        return self.settings.run.max_unread_share * pages

    def _read(self, page: PageId, *, dpi: float) -> PageText:
        if self.settings.recognize.engine == NO_ENGINE:
            return PageText(page, (), UNREAD)
        engines = readers(self.record.metadata, self.settings.recognize)
        grey, class_map = self.page_and_classes(page)
        text = read_page(
            page,
            grey,
            class_map,
            self.regions(page),
            readers=engines,
            dpi=dpi,
            min_text_area=self.settings.recognize.min_text_area,
            issue_script=issue_script(self, engines),
        )
        return text_to_master(text, self.transform(page))

    def _supplied_text(self, page: PageId) -> PageText:
        path = self.layout.root / self.scan(page).text
        text = from_json(PageText, read_record(path), name=str(path))
        return with_kinds(text, self.regions_of_master(page))


class Refine(PageStage):
    """Solve the alpha of every illustration, in the master's own pixels."""

    stage = "refine"

    def build(self, page: PageId, target: Path) -> StageState:
        """Write foreground and alpha of each illustration of ``page``; most pages have none."""
        target.mkdir()
        files = PageFolder(target)
        regions = self.illustrated(page)
        pictures = tuple(self._write_mattes(page, regions, files)) if regions else ()
        files.illustrations.write_bytes(to_json(pictures))
        return StageState.DONE if pictures else StageState.EMPTY

    def _write_mattes(
        self, page: PageId, regions: Sequence[Region], files: PageFolder
    ) -> Iterator[Illustration]:
        probabilities = self.folder_of("separate", page).probabilities
        refined = refine_page(
            self.load_master(page).rgb,
            images.load_planes(self.unchanged("separate", page, probabilities), len(CLASSES)),
            regions,
            scan=self.upright_scan(page),
            transform=self.transform(page),
            settings=self.settings.refine,
        )
        for picture, rgba in refined:
            images.save_png(files.matte(picture), rgba)
            yield picture


class Crop(PageStage):
    """Cut every illustration out at full resolution."""

    stage = "crop"

    def build(self, page: PageId, target: Path) -> StageState:
        """Write cut-out, rectangle, view and thumbnail of each illustration of ``page``."""
        refined = self.folder_of("refine", page)
        pictures = self.illustrations("refine", page)
        target.mkdir()
        cut = tuple(self._cut(page, pictures, refined, target)) if pictures else ()
        PageFolder(target).illustrations.write_bytes(to_json(cut))
        return StageState.DONE if pictures else StageState.EMPTY

    def _cut(
        self, page: PageId, pictures: Sequence[Illustration], refined: PageFolder, target: Path
    ) -> Iterator[Illustration]:
        names = PublishedNames(target, self.settings.crop.suffix)
        names.make_folders()
        master, scan = self.load_master(page), self.scan(page)
        deep = deep_pixels(self.layout.master(scan), scan, self.capture(page))
        kinds = kind_model(KINDS_FILE.read_bytes())
        for picture in pictures:
            box = picture.box
            window = np.s_[box.top : box.bottom, box.left : box.right]
            matte = self.unchanged("refine", page, refined.matte(picture))
            rgba, rectangle = images.load_rgba(matte), master.rgb[window]
            cut = CutOut(rgba, rectangle, deep.pixels[window] if deep else None)
            write_cut_out(names, picture, cut, dpi=scan.dpi, icc=master.icc, deep=deep)
            white = over_white(rgba)
            images.save_jpeg(names.view(picture), white, long_side=_VIEW_PX)
            images.save_jpeg(names.thumbnail(picture), white, long_side=_THUMBNAIL_PX)
            del rgba, white, cut  # of a page of 100 megapixels each is hundreds of megabytes
            described = with_print(picture, rectangle, kinds)
            self._write_descreened(names, described, rectangle)
            yield described

    def _write_descreened(
        self, names: PublishedNames, picture: Illustration, rectangle: RGB8
    ) -> None:
        """Write a halftone without its screen, where that is asked for."""
        is_due = self.settings.crop.descreen and picture.kind == "halftone"
        screen = find_screen(rectangle) if is_due else None
        if screen is not None:
            images.save_jpeg(names.descreened(picture), descreened(rectangle, screen))


class Describe(PageStage):
    """Say what every illustration is, and what the running head says."""

    stage = "describe"
    suffix = ".json"

    def build(self, page: PageId, target: Path) -> StageState:
        """Write the description of ``page``.

        A page whose text was lost keeps its pictures, one whose pictures were lost its text.
        """
        languages = self.record.metadata.languages or self.settings.recognize.languages
        scan = self.upright_scan(page)
        description = describe_page(
            scan,
            self._pictures(page),
            self.regions_of_master(page),
            self._text(page),
            capture=self.capture(page),
            look=self.look(page),
            caption_distance_mm=self.settings.describe.caption_distance_mm,
            known_words=vocabulary(languages),
        )
        is_outer = scan.place in (1, len(self.record.scans))
        description = with_page_kind(description, scan, is_outer=is_outer)
        target.write_bytes(to_json(description))
        has_text = description.text is not None and description.text.regions
        return StageState.DONE if description.illustrations or has_text else StageState.EMPTY

    def _pictures(self, page: PageId) -> tuple[Illustration, ...]:
        """The cut-outs of ``page``; only outcomes tell whether what lies there is of this run."""
        has_pictures = self.has_left("crop", page)
        return self.illustrations("crop", page) if has_pictures else ()

    def _text(self, page: PageId) -> PageText | None:
        if not self.has_left("recognize", page):
            return None
        path = self.made_by("recognize", page, Recognize.suffix)
        return self.read_json(PageText, "recognize", page, path)

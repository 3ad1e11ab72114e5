"""The stages, in the order a page passes them: what is needed, where it goes, and a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import luigi
import numpy as np

from archive.images import images
from archive.layout import PageFolder, PublishedNames
from archive.store import scratch
from archive.weights import KINDS_FILE, LETTERS_FILE
from archive.wordlists import vocabulary
from pipeline.describe.captions import link_captions
from pipeline.describe.hashes import perceptual_hash
from pipeline.describe.header import parse_header
from pipeline.describe.kinds import kind_model, placed_kind, print_kind
from pipeline.geometry import in_master, region_to_master, text_to_master
from pipeline.prepare.letters import letter_model
from pipeline.prepare.straighten import apply_transform, find_transform, reduced, to_grey
from pipeline.prepare.upright import find_capture
from pipeline.recognize.quality import known_share
from pipeline.recognize.supplied_text import told_apart
from pipeline.recognize.veto import without_vetoed
from pipeline.refine.crops import crop_box, cut_out, inside_of, outline_of, over_white, trimmed
from pipeline.refine.descreen import descreened, find_screen
from pipeline.refine.large import (
    enlarged,
    in_page,
    matting_scale,
    polygon_in_page,
    reduced_size,
    resized,
)
from pipeline.refine.mattes import RefineSettings, refine_illustration
from pipeline.separate.regions import find_regions
from pipeline.separate.separation import Separation, separate
from schemas.capture import AS_SCANNED, Capture
from schemas.codec import from_json, to_json
from schemas.geometry import Box
from schemas.ledger import StageState
from schemas.model import CLASSES, RGB8, Illustration, PageId, PageText, Region, RegionKind
from schemas.published import PageDescription
from tasks.flow.cutting import CutOut, deep_pixels, write_cut_out
from tasks.flow.issue import IssueTask
from tasks.flow.page_stage import PageStage
from tasks.flow.separators import separator
from tasks.flow.text_engines import read_page, readers

_MM_PER_INCH = 25.4
_CROP_MARGIN_MM = 1.0
_VIEW_PX, _THUMBNAIL_PX = 1200, 240


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
        """Write how the page lies, its transform, the reduced page and the grey page."""
        own = self.settings.prepare
        scan = self.load_scan(page).rgb
        capture = self._capture(page, scan)
        rgb = capture.shown(scan)
        found = find_transform(
            rgb, max_skew_degrees=own.max_skew_degrees, find_border=own.find_border
        )
        prepared = apply_transform(rgb, found.transform, paper=found.paper)
        target.mkdir()
        files = PageFolder(target)
        images.save_png(files.reduced, reduced(prepared, own.reduced_long_side))
        images.save_png(files.grey, to_grey(prepared))
        files.transform.write_bytes(to_json(found.transform))
        files.capture.write_bytes(to_json(capture))
        return StageState.DONE

    def _capture(self, page: PageId, rgb: RGB8) -> Capture:
        """How the page lies; text that came with it was placed on the scan as it is."""
        if self.scan(page).text or not self.settings.prepare.find_orientation:
            return AS_SCANNED
        return find_capture(to_grey(rgb), letter_model(LETTERS_FILE.read_bytes()))


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
        engine = separator(self.settings.separate)
        self._pages: dict[PageId, RGB8] = {}
        for page in pages:
            with self.risking(page):
                self._pages[page] = images.load_rgb(self.folder_of("prepare", page).reduced)
        found = separate(tuple(self._pages.values()), engine) if self._pages else []
        self._found = dict(zip(self._pages, found, strict=True))
        super().build_batch(tuple(self._pages))

    def build(self, page: PageId, target: Path) -> StageState:
        """Write class map, probabilities and regions of ``page``."""
        found: Separation = self._found[page]
        transform = self.transform(page)
        regions = find_regions(
            found.probabilities,
            page_width=transform.width,
            page_height=transform.height,
            min_area=self.settings.separate.min_area,
            page=to_grey(self._pages[page]),
        )
        # straightening adds wedges of paper beside the scan
        regions = tuple(region for region in regions if transform.shows(region.box))
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
        """Write the words of ``page``, in pixels of the master: kept, or read here."""
        own = self.settings.recognize
        if self.scan(page).text:
            return self._kept(page, target)
        with scratch() as folder:
            text = read_page(
                page,
                images.load_grey(self.folder_of("prepare", page).grey),
                images.load_grey(self.folder_of("separate", page).class_map),
                self.regions(page),
                read_by=readers(self.record.metadata, own),
                dpi=self.scan(page).dpi,
                min_text_area=own.min_text_area,
                scratch=folder,
            )
        target.write_bytes(to_json(text_to_master(text, self.transform(page))))
        return StageState.DONE if text.regions else StageState.EMPTY

    def _kept(self, page: PageId, target: Path) -> StageState:
        path = self.layout.root / self.scan(page).text
        text = from_json(PageText, path.read_bytes(), name=str(path))
        found = [region_to_master(region, self.transform(page)) for region in self.regions(page)]
        target.write_bytes(to_json(told_apart(text, found)))
        return StageState.DONE


class Refine(PageStage):
    """Solve the alpha of every illustration, in the master's own pixels."""

    stage = "refine"
    after = "separate"

    def requires(self) -> luigi.Task:
        """Class maps first."""
        return self.clone(Separate)

    def build(self, page: PageId, target: Path) -> StageState:
        """Write foreground and alpha of each illustration of ``page``; most pages have none."""
        found = [r for r in self.regions(page) if r.kind is RegionKind.ILLUSTRATION]
        target.mkdir()
        pictures = self._refined(page, found, PageFolder(target)) if found else ()
        PageFolder(target).illustrations.write_bytes(to_json(pictures))
        return StageState.DONE if pictures else StageState.EMPTY

    def _refined(
        self, page: PageId, found: Sequence[Region], files: PageFolder
    ) -> tuple[Illustration, ...]:
        master, transform = self.load_master(page).rgb, self.transform(page)
        scan = self.upright_scan(page)
        planes = images.load_planes(self.folder_of("separate", page).probabilities, len(CLASSES))
        text = planes[2:].max(axis=0)
        settings = RefineSettings(
            **{
                name: getattr(self.settings.refine, name)
                for name in ("band_mm", "low", "high", "matte")
            }
        )
        pictures = []
        for ordinal, prepared in enumerate(found, start=1):
            region = region_to_master(prepared, transform)
            margin = round(_CROP_MARGIN_MM * scan.dpi / _MM_PER_INCH)
            box = crop_box(region, margin=margin, width=scan.width, height=scan.height)
            scale = matting_scale(box)
            size = reduced_size(box, scale)
            own = inside_of(region.polygon, box, size)
            inside = np.where(
                own > 0, np.maximum(in_master(planes[1], transform, box, size), 0.51), 0
            )
            crop = master[box.top : box.bottom, box.left : box.right]
            refined = refine_illustration(
                crop if scale == 1 else resized(crop, size),
                inside.astype(np.float32),
                in_master(text, transform, box, size),
                dpi=scan.dpi * scale,
                settings=settings,
            )
            refined, local = trimmed(refined, Box(0, 0, *size), margin=round(margin * scale / 2))
            kept = in_page(local, box, scale)
            picture = Illustration(
                page,
                ordinal,
                kept,
                polygon_in_page(outline_of(refined.inside, local), box, scale),
                region.probability,
                matte=refined.method,
                matte_score=refined.score,
                matte_scale=round(scale, 3),
            )
            cut = cut_out(refined)
            window = master[kept.top : kept.bottom, kept.left : kept.right]
            images.save_png(files.matte(picture), enlarged(cut, window))
            pictures.append(picture)
        return tuple(pictures)


class Crop(PageStage):
    """Cut every illustration out at full resolution."""

    stage = "crop"
    after = "refine"

    def requires(self) -> luigi.Task:
        """Mattes first."""
        return self.clone(Refine)

    def build(self, page: PageId, target: Path) -> StageState:
        """Write cut-out, rectangle, view and thumbnail of each illustration of ``page``."""
        made = self.folder_of("refine", page)
        pictures = from_json(
            tuple[Illustration, ...], made.illustrations.read_bytes(), name=str(made.illustrations)
        )
        target.mkdir()
        described = self._cut(page, pictures, made, target) if pictures else ()
        PageFolder(target).illustrations.write_bytes(to_json(described))
        return StageState.DONE if pictures else StageState.EMPTY

    def _cut(
        self, page: PageId, pictures: Sequence[Illustration], made: PageFolder, target: Path
    ) -> tuple[Illustration, ...]:
        names = PublishedNames(target, self.settings.crop.suffix)
        names.make_folders()
        master, scan, capture = self.load_master(page), self.scan(page), self.capture(page)
        deep = deep_pixels(self.layout.master(scan), scan, capture)
        found = []
        for picture in pictures:
            box = picture.box
            window = np.s_[box.top : box.bottom, box.left : box.right]
            rgba, rectangle = images.load_rgba(made.matte(picture)), master.rgb[window]
            cut = CutOut(rgba, rectangle, deep.pixels[window] if deep else None)
            write_cut_out(names, picture, cut, dpi=scan.dpi, icc=master.icc, deep=deep)
            white = over_white(rgba)
            images.save_jpeg(names.view(picture), white, long_side=_VIEW_PX)
            images.save_jpeg(names.thumbnail(picture), white, long_side=_THUMBNAIL_PX)
            del rgba, white, cut  # of a page of 100 megapixels each is hundreds of megabytes
            told = _told(picture, rectangle)
            wanted = self.settings.crop.descreen and told.kind == "halftone"
            screen = find_screen(rectangle) if wanted else None
            if screen is not None:
                images.save_jpeg(names.descreened(picture), descreened(rectangle, screen))
            found.append(told)
        return tuple(found)


def _told(picture: Illustration, rectangle: RGB8) -> Illustration:
    """Return ``picture`` with its hash and the kind its print says."""
    own = inside_of(picture.polygon, picture.box) > 0
    kind, sure = print_kind(rectangle, own, kind_model(KINDS_FILE.read_bytes()))
    return replace(
        picture, perceptual_hash=perceptual_hash(rectangle), kind=kind, kind_confidence=sure
    )


class Describe(PageStage):
    """Say what every illustration is, and what the running head says."""

    stage = "describe"
    after = "separate"
    suffix = ".json"

    def requires(self) -> Sequence[luigi.Task]:
        """Words and cut-outs first."""
        return [self.clone(Recognize), self.clone(Crop)]

    def build(self, page: PageId, target: Path) -> StageState:
        """Write the description of ``page``.

        A page whose text was lost keeps its pictures, one whose pictures were lost its text.
        """
        pictures, text = self._pictures(page), self._text(page)
        regions = text.regions if text else ()
        scan = self.upright_scan(page)
        reach = self.settings.describe.caption_distance_mm * scan.dpi / _MM_PER_INCH
        found = [region_to_master(region, self.transform(page)) for region in self.regions(page)]
        pictures, separated = without_vetoed(pictures, found, text.vetoed if text else ())
        header = "  ".join(r.text for r in regions if r.kind is RegionKind.HEADER)
        description = PageDescription(
            page=page,
            capture=self.capture(page),
            header=parse_header(header) if header else None,
            illustrations=tuple(
                placed_kind(picture, regions, width=scan.width, height=scan.height)
                for picture in link_captions(pictures, regions, reach=reach)
            ),
            regions=separated,
            text=text,
            confidence=text.confidence if text else None,
            known_words=known_share(
                regions,
                vocabulary(self.record.metadata.languages or self.settings.recognize.languages),
            ),
        )
        target.write_bytes(to_json(description))
        return StageState.DONE if pictures or regions else StageState.EMPTY

    def _pictures(self, page: PageId) -> tuple[Illustration, ...]:
        """The cut-outs of ``page``; only outcomes tell whether what lies there is of this run."""
        if not self.has_left("crop", page):
            return ()
        path = self.folder_of("crop", page).illustrations
        return from_json(tuple[Illustration, ...], path.read_bytes(), name=str(path))

    def _text(self, page: PageId) -> PageText | None:
        if not self.has_left("recognize", page):
            return None
        path = self.made_by("recognize", page, Recognize.suffix)
        return from_json(PageText, path.read_bytes(), name=str(path))


PAGE_STAGES: tuple[type[PageStage], ...] = (
    Prepare,
    Separate,
    Recognize,
    Refine,
    Crop,
    Describe,
)

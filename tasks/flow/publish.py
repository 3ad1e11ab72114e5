"""Publish and export: files and rows of an issue together or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import luigi

from archive.catalog.decisions import digest
from archive.images.images import load_rgb
from archive.layout import PublishedNames
from archive.store import is_draft, place, sha256, whole
from pipeline.describe.facing import with_facing_captions
from pipeline.describe.issue import told_script, with_heads
from pipeline.describe.numbering import decided, followed, place_of, renumbered
from pipeline.describe.pagination import with_agreed_labels
from pipeline.describe.spreads import joined_spreads
from schemas.capture import Capture
from schemas.codec import from_json
from schemas.decisions import Decision, Numbered
from schemas.errors import ArchiveError
from schemas.ledger import LedgerRow, StageState
from schemas.model import (
    KEPT,
    Event,
    Illustration,
    Issue,
    PageId,
    PageText,
    Scan,
)
from schemas.published import PageDescription, PublishedFile, PublishedIssue, PublishedPage
from tasks.flow.issue import IssueTask
from tasks.flow.packages import export_package
from tasks.flow.progress import progress
from tasks.flow.recipes import agent, stated
from tasks.flow.rerun import drop_wanted
from tasks.flow.stages import PAGE_STAGES, Describe
from tasks.settings import AUTO

EVENT_KINDS = {
    "separate": "layout/segmentation/region",
    "recognize": "recognition/text-recognition",
    "refine": "layout/segmentation/matting",
}
"""PREMIS event types of the stages in which an engine decided something."""


_MIMETYPES = {".png": "image/png", ".tif": "image/tiff", ".jpg": "image/jpeg"}


class Publish(IssueTask):
    """Enter the issue in the catalog; complete when the catalog names this edition."""

    stage = "publish"

    def requires(self) -> luigi.Task:
        """Described pages."""
        return self.clone(Describe)

    def complete(self) -> bool:
        """Ask the catalog and the disk: both have to know the edition.

        A rerun that was killed is ended here, where every run asks before any stage: else the old
        pages would be published again, and nothing would tell that new ones are wanted.
        """
        drop_wanted(self)
        return (
            not self.is_due
            and self.layout.issue_record(self.issue_id).exists()
            and self.catalog.edition_of(self.issue_id) == self.edition
            and self.layout.edition(self.issue_id, self.edition).is_dir()
        )

    @property
    def edition(self) -> str:
        """Version, recipe and what people decided: the name of the folder readers see."""
        return self.edition_name()

    def run(self) -> None:
        """Files into a new folder, rows in one transaction, then older editions go."""
        self.mark_due()
        self._follow_pages()
        decisions = self.catalog.decisions.of(self.issue_id)
        self.made = self.named(digest(decisions))
        target = self.layout.edition(self.issue_id, self.edition)
        with whole(target) as draft:
            draft.mkdir()
            known = self.catalog.decisions.numbers(self.issue_id)
            made = [self._page(scan, draft, known, decisions) for scan in self.record.scans]
            pages = self._joined([page for page, _ in made], draft, decisions)
        numbers = tuple(one for _, numbered in made for one in numbered)
        self.catalog.publish(replace(self._published(pages), numbers=numbers))
        for other in self.layout.editions(self.issue_id).iterdir():
            if other != target and not is_draft(other):
                shutil.rmtree(other)
        _enter(self)
        self.unmark_due()

    def _follow_pages(self) -> None:
        """Bring numbers and decisions to the pages of this version, if it is a new one."""
        decisions, version = self.catalog.decisions, self.record.version
        counted = decisions.version(self.issue_id)
        if counted in (0, version):
            return
        path = self.layout.issue_record(self.issue_id, counted)
        before = from_json(Issue, path.read_bytes(), name=str(path))
        now = followed(decisions.numbers(self.issue_id), before.scans, self.record.scans)
        decisions.follow(self.issue_id, now, version)

    def _joined(
        self, pages: list[PublishedPage], draft: Path, decisions: Sequence[Decision]
    ) -> tuple[PublishedPage, ...]:
        """Agree on labels; name halves of plates on two pages; look for captions across."""
        suffix = self.settings.crop.suffix
        pages = with_agreed_labels(pages)
        captioned = with_facing_captions(pages, decisions)
        found = joined_spreads(
            [(page.scan, own) for page, own in zip(pages, captioned, strict=True)],
            lambda picture: load_rgb(PublishedNames(draft, suffix).crop(picture)),
        )
        return tuple(
            replace(page, description=replace(page.description, illustrations=pictures))
            for page, pictures in zip(pages, found, strict=True)
        )

    def _published(self, pages: tuple[PublishedPage, ...]) -> PublishedIssue:
        at = self.record.ingested
        if at is None:
            raise ValueError(f"{self.issue}: registered without a time")
        script = self.settings.recognize.script
        said = f"{len(self.record.scans)} pages, {len(self.record.quarantined)} quarantined"
        ingestion = Event("ingestion", at, agent("ingest", self.settings), "success", said)
        return PublishedIssue(
            issue=self.record,
            metadata=with_heads(
                self.record.metadata,
                pages,
                languages=self.settings.recognize.languages,
                script=told_script(pages) if script == AUTO else script,
                owner=self.settings.export.owner,
            ),
            edition=self.edition,
            pages=pages,
            events=(ingestion,),
        )

    def _page(
        self, scan: Scan, draft: Path, known: Sequence[Numbered], decisions: Sequence[Decision]
    ) -> tuple[PublishedPage, tuple[Numbered, ...]]:
        page, lost = scan.page, self._lost(scan.page)
        master = PublishedFile(
            "MASTER",
            str(page),
            scan.path,
            scan.mimetype,
            scan.sha256,
            scan.size_bytes,
            scan.width,
            scan.height,
        )
        described = self._describe.made_by("describe", page, Describe.suffix)
        # a file may be left of an earlier run: only the outcome says that this one made it
        if self._failed_in(Describe, page) or not self._describe.is_settled(page):
            empty = PageDescription(page)
            return PublishedPage(scan, empty, (master,), (), lost or "describe"), ()
        description = from_json(PageDescription, described.read_bytes(), name=str(described))
        scan = _upright(scan, description.capture)
        size = {"width": scan.width, "height": scan.height}
        found = description.illustrations
        numbered = renumbered(found, [one for one in known if one.page == page], **size)
        files, kept = [], []
        for before, after in zip(found, numbered, strict=True):
            wanted = decided(after, decisions)
            if wanted is not None:
                kept.append(wanted)
                files += self._copy(before, wanted, draft)
        places = tuple(Numbered(page, one.ordinal, *place_of(one, **size)) for one in numbered)
        said = replace(description, illustrations=tuple(kept))
        events = self._events(page, description)
        return PublishedPage(scan, said, (master, *files), events, lost), places

    def _copy(
        self, made_as: Illustration, picture: Illustration, draft: Path
    ) -> list[PublishedFile]:
        suffix = self.settings.crop.suffix
        source = PublishedNames(self._describe.made_by("crop", picture.page), suffix)
        target = PublishedNames(draft, suffix)
        final = self.layout.edition(self.issue_id, self.edition)
        found = []
        for use, name in (
            ("CUTOUT", PublishedNames.cut_out),
            ("CROP", PublishedNames.crop),
            ("VIEW", PublishedNames.view),
            ("THUMBNAIL", PublishedNames.thumbnail),
            ("DESCREENED", PublishedNames.descreened),
        ):
            path, made = name(source, made_as), name(target, picture)
            if use == "DESCREENED" and not path.exists():
                continue  # no halftone, or nobody wants it
            if not path.exists():
                page = picture.page.sequence
                again = f"bilderbogen rerun {self.issue} --stage crop --page {page}"
                raise ArchiveError(f"{path}: is gone; {again}")
            place(path, made)
            where = final / made.relative_to(draft)
            found.append(
                PublishedFile(
                    use,
                    str(picture),
                    str(where.relative_to(self.layout.root)),
                    _MIMETYPES[made.suffix],
                    sha256(path),
                    path.stat().st_size,
                    picture.box.width if use in ("CUTOUT", "CROP") else 0,
                    picture.box.height if use in ("CUTOUT", "CROP") else 0,
                )
            )
        return found

    def _events(self, page: PageId, description: PageDescription) -> tuple[Event, ...]:
        """What engines did, dated by ingest: the same pages give the same documents."""
        at, changes = self.record.ingested, description.capture.changes
        if at is None:
            return ()
        by = agent("prepare", self.settings)
        upright = [Event("modification", at, by, "success", changes)] if changes else []
        return (
            *upright,
            *self._engine_events(page, at, description.text),
        )

    def _engine_events(
        self, page: PageId, at: datetime, text: PageText | None
    ) -> tuple[Event, ...]:
        return tuple(
            self._event(stage, at, text)
            for stage in EVENT_KINDS
            if not self._failed_in(next(s for s in PAGE_STAGES if s.stage == stage), page)
        )

    def _event(self, stage: str, at: datetime, text: PageText | None) -> Event:
        """What was done in ``stage``; a text that came with the page was not recognized here."""
        came = stage == "recognize" and text is not None and text.models.startswith(KEPT)
        by = agent("ingest" if came else stage, self.settings)
        how = text.models if text and came else stated(stage, self.settings)
        said = f"{how}; recipe {self.recipe_of(stage)}"
        return Event(EVENT_KINDS[stage], at, by, "success", said)

    def _lost(self, page: PageId) -> str:
        return next((s.stage for s in PAGE_STAGES if self._failed_in(s, page)), "")

    def _failed_in(self, stage: type, page: PageId) -> bool:
        task = self.clone(stage)
        return task.is_settled(page) and task.outcome(page).state is StageState.FAILED

    @property
    def _describe(self) -> Describe:
        return self.clone(Describe)


class Export(IssueTask):
    """Write the issue's package: masters, cut-outs, ALTO and METS."""

    stage = "export"

    def requires(self) -> luigi.Task:
        """A published issue."""
        return self.clone(Publish)

    @property
    def _target(self) -> Path:
        return self.layout.export(self.issue_id, self.edition_name())

    def complete(self) -> bool:
        """The package is there, and the issue is published as it should be."""
        return not self.is_due and self.requires().complete() and self._target.is_dir()

    def run(self) -> None:
        """Write the package whole, then drop older ones."""
        self.mark_due()
        published = self.catalog.published(self.issue_id)
        if published is None:
            raise ValueError(f"{self.issue}: exported before it was published")
        self.made = self.named("".join(published.edition.split("-")[2:]))
        export_package(published, self.layout, self._target, self.settings)
        for other in self.layout.exports(self.issue_id).iterdir():
            if other != self._target and not is_draft(other):
                shutil.rmtree(other)
        _enter(self)
        self.unmark_due()


class Finish(IssueTask):
    """Complete when the issue is exported and no page of it failed.

    For plain Luigi, whose exit code then says whether a person should look.
    """

    stage = "finish"

    def requires(self) -> luigi.Task:
        """An exported issue."""
        return self.clone(Export)

    def complete(self) -> bool:
        """Ask the ledger."""
        return self.requires().complete() and not self._bad()

    def run(self) -> None:
        """Fail, naming the pages that failed."""
        from schemas.errors import PageError, PagesFailedError

        bad = self._bad()
        if bad:
            raise PagesFailedError({row.name: PageError(row.message) for row in bad})

    def _bad(self) -> tuple[LedgerRow, ...]:
        return self.catalog.standing.bad([self.issue_id])


def _upright(scan: Scan, capture: Capture) -> Scan:
    """Return ``scan`` with the size of its page as it is shown."""
    width, height = capture.size(scan.width, scan.height)
    return replace(scan, width=width, height=height)


def _enter(task: IssueTask) -> None:
    """Write into the ledger that every page of the issue went through ``task``."""
    rows = [
        LedgerRow(
            issue=task.issue_id,
            name=str(scan.page),
            sequence=scan.page.sequence,
            stage=task.stage,
            state=StageState.DONE,
            recipe=task.recipe_of(task.stage),
        )
        for scan in task.record.scans
    ]
    task.catalog.record(rows)
    progress().finished(task.issue, task.stage, rows, 0.0)

"""Publish: files and rows of an issue together or not at all."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from archive.catalog.decisions import digest
from archive.images.images import load_rgb
from archive.layout import PublishedNames
from archive.records import read_version
from archive.store import is_draft, whole
from pipeline.describe.alarm import AlarmRule, alarms
from pipeline.describe.edition import EditedPage, edited_page, joined_pages
from pipeline.describe.issue import main_script, read_languages, with_heads
from pipeline.describe.numbering import followed
from pipeline.recognize.settings import AUTO
from schemas.decisions import Decision
from schemas.errors import ArchiveError, ChangedError
from schemas.event import Event
from schemas.model import KEPT, UNREAD, PageId, PageText, Scan
from schemas.published import PageDescription, PublishedIssue, PublishedPage
from tasks.flow.edition_files import master_file, place_files
from tasks.flow.graph import GRAPH, PAGE_STAGES, Stage
from tasks.flow.page_files import PageFiles
from tasks.flow.recipes import agent, program_agent, settings_of
from tasks.flow.rerun import drop_noted, forget
from tasks.flow.stages import Describe


class Publish(PageFiles):
    """Enter the issue in the catalog; complete when the catalog names this edition."""

    stage = "publish"

    def complete(self) -> bool:
        """Ask the catalog and the disk: both have to know the edition.

        A rerun that was killed is ended here, where every run asks before any stage: else the old
        pages would be published again, and nothing would tell that new ones are due.
        """
        drop_noted(self)
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
        started = time.monotonic()
        self.mark_due()
        self._follow_pages()
        decisions = self.catalog.decisions.of(self.issue_id)
        self.made = self.named(digest(decisions))
        target = self.layout.edition(self.issue_id, self.edition)
        with self._making_again_what_changed(), whole(target) as draft:
            draft.mkdir()
            published = self._compose(draft, decisions)
        self.catalog.publish(published)
        for folder in self.layout.editions(self.issue_id).iterdir():
            if folder != target and not is_draft(folder):
                shutil.rmtree(folder)
        self.enter_all_pages(
            time.monotonic() - started,
            {page.scan.page: "; ".join(page.alarms) for page in published.pages if page.alarms},
        )
        self.unmark_due()

    @contextmanager
    def _making_again_what_changed(self) -> Iterator[None]:
        """Publish no work file that is not as its stage made it: drop it for the next run.

        Raises:
            ArchiveError: there is such a file; it is named.
        """
        try:
            yield
        except ChangedError as error:
            forget(self.issue_id, self.config, stage=error.stage, pages=[error.sequence])
            raise ArchiveError(
                f"{error}; not published, the next run makes page {error.sequence} again"
            ) from error

    def _follow_pages(self) -> None:
        """Bring numbers and decisions to the pages of this version, if it is a new one."""
        decisions, version = self.catalog.decisions, self.record.version
        counted = decisions.version(self.issue_id)
        if counted in (0, version):
            return
        before = read_version(self.layout, self.issue_id, counted)
        numbers = followed(decisions.numbers(self.issue_id), before.scans, self.record.scans)
        decisions.follow(self.issue_id, numbers, version)

    def _compose(self, draft: Path, decisions: Sequence[Decision]) -> PublishedIssue:
        """Place the files of the edition in ``draft``; return what is published."""
        known = self.catalog.decisions.numbers(self.issue_id)
        edited = [
            edited_page(scan, self._description(scan.page), numbers=known, decisions=decisions)
            for scan in self.record.scans
        ]
        pages = [
            self._published_page(scan, page, draft)
            for scan, page in zip(self.record.scans, edited, strict=True)
        ]
        names = PublishedNames(draft, self.settings.crop.suffix)
        joined = joined_pages(pages, decisions, lambda picture: load_rgb(names.crop(picture)))
        reasons = alarms(joined, AlarmRule(**asdict(self.settings.alarm)))
        joined = tuple(
            replace(page, alarms=page_reasons)
            for page, page_reasons in zip(joined, reasons, strict=True)
        )
        script = self.settings.recognize.script
        return PublishedIssue(
            issue=self.record,
            metadata=with_heads(
                self.record.metadata,
                joined,
                languages=read_languages(joined, self.settings.recognize.languages),
                script=main_script(joined) if script == AUTO else script,
                owner=self.settings.export.owner,
            ),
            edition=self.edition,
            pages=joined,
            events=(self._ingestion(),),
            numbers=tuple(number for page in edited for number in page.numbers),
        )

    def _description(self, page: PageId) -> PageDescription:
        """What describe made of ``page``; nothing where this run did not bring it that far.

        A file may be left of an earlier run: only the outcome says that this one made it.
        """
        if not self.has_left("describe", page):
            return PageDescription(page)
        path = self.made_by("describe", page, Describe.suffix)
        return self.read_json(PageDescription, "describe", page, path)

    def _published_page(self, scan: Scan, page: EditedPage, draft: Path) -> PublishedPage:
        cut_outs = self.made_by("crop", scan.page)
        target = self.layout.edition(self.issue_id, self.edition)
        files = [master_file(scan)]
        for before, picture in page.pictures:
            files += place_files(
                before,
                picture,
                source=PublishedNames(cut_outs, self.settings.crop.suffix),
                unchanged=partial(self.unchanged, "crop", scan.page),
                draft=PublishedNames(draft, self.settings.crop.suffix),
                edition=target.relative_to(self.layout.root),
            )
        lost = self._lost(scan.page)
        if not self.has_left("describe", scan.page):
            return PublishedPage(page.scan, page.description, tuple(files), (), lost or "describe")
        events = tuple(self._events(scan.page, page.description))
        return PublishedPage(page.scan, page.description, tuple(files), events, lost)

    def _ingestion(self) -> Event:
        scans, quarantined = len(self.record.scans), len(self.record.quarantined)
        detail = f"{scans} pages, {quarantined} quarantined"
        return Event("ingestion", self._ingested, program_agent(self.settings), "success", detail)

    @property
    def _ingested(self) -> datetime:
        if self.record.ingested is None:
            raise ValueError(f"{self.issue}: registered without a time")
        return self.record.ingested

    def _events(self, page: PageId, description: PageDescription) -> Iterator[Event]:
        """Yield what was done to a page, dated by ingest: same pages, same documents."""
        changes = description.capture.changes
        if changes:
            by = program_agent(self.settings)
            yield Event("modification", self._ingested, by, "success", changes)
        for stage in GRAPH:
            is_unread = stage.name == "recognize" and _is_unread(description.text)
            if stage.event and not is_unread and not self.has_failed(stage.name, page):
                yield self._event(stage, description.text)

    def _event(self, stage: Stage, text: PageText | None) -> Event:
        """What was done in ``stage``; a text that came with the page was not recognized here."""
        is_supplied = (
            stage.name == "recognize" and text is not None and text.models.startswith(KEPT)
        )
        by = program_agent(self.settings) if is_supplied else agent(stage.name, self.settings)
        how = text.models if text and is_supplied else settings_of(stage.name, self.settings)
        detail = f"{how}; recipe {self.recipe_of(stage.name)}"
        return Event(stage.event, self._ingested, by, "success", detail)

    def _lost(self, page: PageId) -> str:
        """The first stage that lost ``page``, or nothing."""
        return next((stage for stage in PAGE_STAGES if self.has_failed(stage, page)), "")


def _is_unread(text: PageText | None) -> bool:
    return text is not None and text.models == UNREAD

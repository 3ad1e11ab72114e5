"""Read pages our way, by the stages of the nightly job, and by plain Tesseract; CPU seconds each.

The stages run in this process, so that their CPU time and that of Tesseract, their child, can be
told. Times of a shared machine are noisy by the clock; CPU time is much less so.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.samples import Sample
from pipeline.recognize.tesseract import models_for, tessdata
from schemas.codec import from_json
from schemas.geometry import Box
from schemas.ledger import StageState
from schemas.model import IssueId, PageId
from schemas.published import PageDescription
from schemas.sidecar import write_sidecar
from tasks.archive_access import OpenArchive
from tasks.flow.graph import PAGE_STAGES
from tasks.flow.ingest import take_in
from tasks.flow.page_stage import BatchStage
from tasks.flow.stages import Describe

_CONFIG = """[archive]
root = archive
[run]
processes = 1
[core]
log_level = CRITICAL
"""


@dataclass(frozen=True, slots=True)
class PlainPage:
    """What plain Tesseract read: its text, the boxes of its words, CPU seconds."""

    text: str
    words: tuple[Box, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class OurPage:
    """What our stages made of a page, in pixels of the scan, and the CPU seconds of each."""

    description: PageDescription
    seconds: dict[str, float]

    @property
    def text(self) -> str:
        """All that was read, in our reading order, one line a line."""
        read = self.description.text
        return "\n".join(region.text for region in read.regions) if read else ""

    @property
    def words(self) -> tuple[Box, ...]:
        """Where the words stand."""
        read = self.description.text
        return tuple(word.box for word in read.words()) if read else ()


class Reader:
    """An archive in a folder of its own, into which issues are taken and read page by page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        config = folder / "config.ini"
        config.write_text(_CONFIG, encoding="utf-8")
        self._house = OpenArchive.open(config, is_new=True)

    def read(self, slug: str, samples: Sequence[Sample]) -> Iterator[tuple[Sample, OurPage]]:
        """Take ``samples`` in as the issue ``slug`` and yield them read, in their order.

        Raises:
            RuntimeError: a page was refused or failed; its reason is in the message.
        """
        self._take_in(slug, samples)
        issue = Describe(issue=slug, config=self._house.config)
        stages = [issue.task_of(name) for name in PAGE_STAGES]
        for sequence, sample in enumerate(samples, start=1):
            page = PageId(IssueId(slug), sequence)
            seconds = {stage.stage: _settle(stage, page) for stage in stages}
            made = stages[-1].target(page)
            description = from_json(PageDescription, made.read_bytes(), name=str(made))
            yield sample, OurPage(description, seconds)

    def _take_in(self, slug: str, samples: Sequence[Sample]) -> None:
        folder = self._folder / "incoming" / slug
        folder.mkdir(parents=True)
        for at, sample in enumerate(samples):
            shutil.copyfile(sample.path, folder / f"page_{at:04d}{sample.path.suffix}")
        sidecar = write_sidecar(samples[0].metadata, slug=slug)
        (folder / "issue.ini").write_bytes(sidecar)
        house = self._house
        taken = take_in([folder], house.layout, house.catalog, house.settings.ingest)
        record = Describe(issue=slug, config=house.config).record
        if taken.refused or record.quarantined:
            raise RuntimeError(f"{slug}: {taken.refused or record.quarantined}")


def plain(sample: Sample, scratch: Path) -> PlainPage:
    """Return what ``tesseract PAGE OUT -l MODELS --psm 3 tsv`` reads, with one thread.

    Raises:
        CalledProcessError: Tesseract gave up.
    """
    script = sample.metadata.script
    models = models_for(sample.metadata.languages, script, [path.stem for path in tessdata()])
    started = cpu_seconds()
    subprocess.run(
        ["tesseract", str(sample.path), str(scratch / "plain"), "-l", models, "--psm", "3", "tsv"],
        check=True,
        capture_output=True,
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
    )
    seconds = cpu_seconds() - started
    return _parse((scratch / "plain.tsv").read_text(encoding="utf-8"), seconds)


def cpu_seconds() -> float:
    """Return the CPU seconds that this process and its finished children have used."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def _settle(stage: BatchStage, page: PageId) -> float:
    started = cpu_seconds()
    stage.build_batch([page])
    seconds = cpu_seconds() - started
    outcome = stage.outcome(page)
    if outcome.state is StageState.FAILED:
        raise RuntimeError(f"{page}: {stage.stage}: {outcome.message}")
    return seconds


def _parse(table: str, seconds: float) -> PlainPage:
    lines: dict[tuple[str, ...], list[str]] = {}
    boxes: list[Box] = []
    for row in csv.DictReader(table.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] != "5" or not (row["text"] or "").strip():
            continue
        key = (row["block_num"], row["par_num"], row["line_num"])
        lines.setdefault(key, []).append(row["text"])
        left, top = int(row["left"]), int(row["top"])
        boxes.append(Box(left, top, left + int(row["width"]), top + int(row["height"])))
    return PlainPage("\n".join(" ".join(words) for words in lines.values()), tuple(boxes), seconds)

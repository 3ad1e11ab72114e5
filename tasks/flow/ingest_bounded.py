"""Ingest that decodes in a process of its own: no scan can take the memory of the whole night."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from archive.ingest.measure import Measured, measure
from tasks.archive_access import OpenArchive
from tasks.executors.bounded import BoundedProcess
from tasks.flow.ingest import Intake, take_in


def take_in_bounded(sources: Iterable[Path], archive: OpenArchive) -> Intake:
    """Register every issue at ``sources``; one bad source costs only itself.

    A scan that does not fit into ``[run] memory_mb``, takes longer than ``[run] page_timeout_s`` or
    ends the process that decodes it, is quarantined by name.

    Raises:
        OSError: the disk is full or read-only.
    """
    run, settings = archive.settings.run, archive.settings.ingest
    process = BoundedProcess(memory_mb=run.memory_mb, timeout_s=run.page_timeout_s)

    def measured(path: Path, frame: int, max_megapixels: float, pdf_dpi: int) -> Measured:
        decode = partial(measure, path, frame, max_megapixels, pdf_dpi)
        return process.call(decode, name=str(path))

    try:
        return take_in(sources, archive.layout, archive.catalog, settings, measured)
    finally:
        process.close()

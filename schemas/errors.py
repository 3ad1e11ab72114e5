"""Every error this project raises on purpose.

* ArchiveError
  x ConfigError            config.ini or the command line holds a bad value       exit 2
  x PageError              one page cannot be used or made; the others go on      exit 1
  |   x ScanError            a scan is damaged, no image, too large, not allowed
  |   x ProcessDiedError     its process died, or it does not fit into memory
  |   x RecognitionError     Tesseract gave up on a page (time-out, no output)
  |   x RefineError          matting did not converge
  x DocumentError          a document (METS, ALTO, issue.ini, JSON) is invalid     exit 1
  |   x ChangedError         a work file is not as its stage made it
  x PagesFailedError       some pages of an issue failed; the rest are whole       exit 1
  x CatalogError           the catalog is missing, too new, or not a catalog       exit 2
  x EngineError            an engine or its data is absent or broken               exit 3
  x SystemicError          disk full, read-only, out of memory: stop the night     exit 4
  |   x BusyError              another run is at work in the archive

A PageError costs its own page. EngineError and SystemicError stop the run: they would
hit every page alike, and quarantining a whole shelf for a full disk loses a night.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping

SYSTEMIC_ERRNOS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ESTALE, errno.EIO, errno.EMFILE, errno.ENOMEM}
)
"""Operating-system errors that no other page would escape."""


class ArchiveError(Exception):
    """Base of every error raised on purpose."""


class ConfigError(ArchiveError):
    """config.ini or the command line holds a bad value."""


class PageError(ArchiveError):
    """One page cannot be used or made."""


class ScanError(PageError):
    """A scan is damaged, not an image, too large or outside its folder."""


class ProcessDiedError(PageError):
    """The process that worked on a page died, or the page did not fit into its memory."""


class RecognitionError(PageError):
    """Text recognition gave up on a page."""


class RefineError(PageError):
    """Matting did not converge."""


class DocumentError(ArchiveError):
    """A document we read or wrote is invalid."""


class CatalogError(ArchiveError):
    """The catalog is missing, too new, or not a catalog."""


class EngineError(ArchiveError):
    """An engine or its data is absent or broken; the message names the remedy."""


class SystemicError(ArchiveError):
    """The machine, not a page, is at fault: disk full, read-only, out of memory."""


class BusyError(SystemicError):
    """Another run is at work in the archive."""


class ChangedError(DocumentError):
    """A work file differs from what its stage wrote: ``stage`` has to make ``sequence`` again."""

    def __init__(self, message: str, stage: str, sequence: int) -> None:
        super().__init__(message)
        self.stage, self.sequence = stage, sequence

    def __reduce__(self) -> tuple[type[ChangedError], tuple[str, str, int]]:
        return type(self), (str(self), self.stage, self.sequence)


class PagesFailedError(ArchiveError):
    """Some pages of an issue failed; the others are intact."""

    def __init__(self, failures: Mapping[str, ArchiveError]) -> None:
        super().__init__(failures)
        self.failures = dict(failures)

    def __str__(self) -> str:
        listing = "\n".join(f"  {page}: {why}" for page, why in self.failures.items())
        return f"{len(self.failures)} page(s) failed:\n{listing}"


def is_systemic(error: BaseException) -> bool:
    """Say whether ``error`` would hit every page alike.

    >>> is_systemic(OSError(errno.ENOSPC, "No space left on device"))
    True
    >>> is_systemic(OSError(errno.ENOENT, "No such file"))
    False
    """
    if isinstance(error, SystemicError | EngineError | MemoryError):
        return True
    return isinstance(error, OSError) and error.errno in SYSTEMIC_ERRNOS

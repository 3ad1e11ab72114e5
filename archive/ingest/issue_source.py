"""One issue of a delivery, before it is registered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive.ingest.page_source import PageSource
from schemas.model import IssueId, IssueMetadata, Quarantined


@dataclass(frozen=True, slots=True)
class IssueSource:
    """An issue before it is registered.

    ``is_named`` where issue.ini gives the id; ``asked`` is the id that it shared with another
    folder, before the two were told apart; ``others`` are ids of that name that it may have had.
    ``copies`` are files that are further copies of its pages, ``notes`` are for a person.
    ``origin`` is the one file that holds the issue (a PDF), or an archive file or a place in it;
    the pages of an archive lie in ``folder`` only for now.
    """

    issue: IssueId
    folder: Path
    pages: tuple[PageSource, ...]
    metadata: IssueMetadata
    refused: tuple[Quarantined, ...] = ()
    is_named: bool = False
    asked: IssueId | None = None
    others: tuple[IssueId, ...] = ()
    copies: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    origin: Path | None = None

    @property
    def place(self) -> Path:
        """Where it was delivered."""
        return self.origin or self.folder


@dataclass(frozen=True, slots=True)
class Discovery:
    """The issues at a place, and what could not be understood there."""

    issues: tuple[IssueSource, ...]
    refused: tuple[Quarantined, ...] = ()

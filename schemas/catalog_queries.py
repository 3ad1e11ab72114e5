"""Records that queries to the catalog return."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.ledger import StageState
from schemas.model import IssueId


@dataclass(frozen=True, slots=True)
class FoundIllustration:
    """An illustration that answers a search."""

    illustration: str
    issue: str
    title: str
    date: str
    page: int
    caption: str
    kind: str
    edition: str
    kind_confidence: float = 0.0
    caption_method: str = ""
    caption_score: float | None = None


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """A published issue in one line."""

    issue: IssueId
    title: str
    date: str
    edition: str
    pages: int
    illustrations: int
    published_at: datetime


@dataclass(frozen=True, slots=True)
class IssueCount:
    """How many pages of an issue left a stage in one state."""

    issue: IssueId
    stage: str
    state: StageState
    pages: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program; ``ended`` is None while it goes on, or where it was killed."""

    number: int
    command: str
    started: datetime
    ended: datetime | None
    outcome: str

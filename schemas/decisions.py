"""People's decisions about illustrations, and the numbers that illustrations keep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.model import PageId


class Field(StrEnum):
    """What a person can decide about an illustration."""

    KIND = "kind"
    CAPTION = "caption"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision about one illustration; it is kept when the page is processed again.

    ``value`` is a kind, a caption (empty: it has none), or for ``rejected`` the reason.
    """

    illustration: str
    field: Field
    value: str
    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """An illustration that was published once: its number and its place, in shares of the page.

    ``is_found`` is false when the last run did not find it again.
    """

    page: PageId
    ordinal: int
    left: float
    top: float
    right: float
    bottom: float
    is_found: bool = True

    def __str__(self) -> str:
        return f"{self.page}_i{self.ordinal:02d}"

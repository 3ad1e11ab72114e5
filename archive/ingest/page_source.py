"""One page of a delivery, before it is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PageSource:
    """One page before it is validated: a file and the frame in it.

    ``text`` is the document with its text, if there is one, ``no_text`` why one that METS names
    cannot be had; ``checksum`` what METS or another file, ``checksum_source``, says of the file, as
    algorithm and hex digest.
    """

    path: Path
    frame: int = 0
    label: str = ""
    text: Path | None = None
    no_text: str = ""
    checksum: tuple[str, str] = ("", "")
    checksum_source: str = "METS"

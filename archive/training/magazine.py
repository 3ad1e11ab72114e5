"""Write drawn pages as a library would get them: folders of TIFFs with an issue.ini."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archive.images.images import save_tiff
from archive.store import whole, write_whole
from schemas.model import IssueMetadata
from schemas.sidecar import write_sidecar


def write_issue(
    folder: Path,
    slug: str,
    metadata: IssueMetadata,
    pages: Iterable[NDArray[np.uint8]],
    *,
    dpi: float,
) -> None:
    """Write ``pages`` to ``folder`` as page_001.tif and so on, with their issue.ini."""
    write_whole(folder / "issue.ini", write_sidecar(metadata, slug=slug))
    for number, page in enumerate(pages, start=1):
        with whole(folder / f"page_{number:03d}.tif") as draft:
            save_tiff(draft, page, dpi=dpi)


def write_truncated(folder: Path, number: int) -> None:
    """Write a page that broke off while it was copied: the first third of page 1."""
    content = (folder / "page_001.tif").read_bytes()
    write_whole(folder / f"page_{number:03d}.tif", content[: len(content) // 3])

"""Folders of annotated pages: NAME.json, and NAME.map.png where the whole page is labelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.training.pair import scan_of
from archive.training.pairs import read_map
from schemas.errors import ConfigError
from schemas.model import ClassMap
from schemas.truth import PageTruth, read_truth


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedPage:
    """A page's name, its annotation and its label map if there is one."""

    name: str
    truth: PageTruth
    labels: ClassMap | None


def annotated_pages(folder: Path) -> Iterator[AnnotatedPage]:
    """Yield the annotated pages in ``folder``, by name.

    Raises:
        ConfigError: there is none.
        DocumentError: an annotation is invalid.
        ScanError: a label map is.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise ConfigError(f"{folder}: holds no annotation (NAME.json)")
    for path in paths:
        whole = path.with_name(f"{path.stem}.map.png")
        labels = read_map(whole) if whole.exists() else None
        yield AnnotatedPage(path.stem, read_truth(path.read_bytes(), name=str(path)), labels)


def page_image(folder: Path, annotated: AnnotatedPage) -> Path:
    """Return the scan of an annotated page.

    Raises:
        ConfigError: there is none in ``folder``.
    """
    named = folder / annotated.truth.page
    if annotated.truth.page and named.is_file():
        return named
    scan = scan_of(folder, annotated.name)
    if scan is None:
        raise ConfigError(f"{folder}: has no scan of {annotated.name}")
    return scan

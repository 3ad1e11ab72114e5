"""Read a folder of training material into memory."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archive.images.opened import reading
from archive.training.truth import annotated_pages
from schemas.corpus import Corpus, Picture
from schemas.errors import ScanError
from schemas.model import CLASSES, ClassMap

_INDEXES = {
    "illustrations.csv": ("file", "book_title", "kind", "touches_border", "has_caption_suspect"),
    "layouts.csv": ("file",),
    "text_pages.csv": ("file",),
    "papers.csv": ("file",),
}
"""The columns of each that are read."""

_SAME = 0.9
"""Share of pixels in which a layout and a label map of one page agree; of two pages fewer do."""


def load_corpus(folder: Path, keep_out: Path | None = None) -> Corpus:
    """Return the corpus in ``folder``: an index (csv) and a folder of images per kind.

    Pictures with words left at their foot are skipped. A source's pictures are weighted by the
    square root of their number, so that the largest book does not decide what a picture is.
    Layouts that are the label map of an annotated page in ``keep_out`` are left out: a net judged
    on those pages must not have been told where their pictures are.

    Raises:
        ConfigError: ``keep_out`` holds no annotated page.
        DocumentError: an annotation there is invalid.
        ScanError: an index or an image is missing or damaged, or there is no picture; it is named.
    """
    rows = {name: _index(folder / name, columns) for name, columns in _INDEXES.items()}
    chosen = [r for r in rows["illustrations.csv"] if r["has_caption_suspect"] != "true"]
    if not chosen:
        raise ScanError(
            f"{folder / 'illustrations.csv'}: names no picture without a caption at its foot; "
            "add some, or train without --corpus"
        )
    sizes = Counter((row["book_title"], row["kind"]) for row in chosen)
    pictures = tuple(
        Picture(
            image=_load(folder / row["file"], keep_color=True),
            is_framed=row["touches_border"] == "true",
            kind=row["kind"],
            source=row["book_title"],
            weight=float(sizes[row["book_title"], row["kind"]] ** -0.5),
        )
        for row in chosen
    )
    layouts = _layouts([folder / row["file"] for row in rows["layouts.csv"]], keep_out)
    return Corpus(
        pictures=pictures,
        layouts=layouts,
        text_pages=tuple(
            _load(folder / r["file"], keep_color=False) for r in rows["text_pages.csv"]
        ),
        papers=tuple(_load(folder / row["file"], keep_color=True) for row in rows["papers.csv"]),
        kept_out=len(rows["layouts.csv"]) - len(layouts),
    )


def _index(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = csv.DictReader(stream)
            lacking = [name for name in columns if name not in (rows.fieldnames or ())]
            if lacking:
                raise ScanError(f"{path}: has no column {lacking[0]}; is this a corpus folder?")
            return [_row(path, number, row, columns) for number, row in enumerate(rows, 2)]
    except OSError as error:
        raise ScanError(f"{path}: {error.strerror}; is this a corpus folder?") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ScanError(f"{path}: damaged ({error}); save it as CSV in UTF-8") from error


def _row(path: Path, number: int, row: dict[str, str], columns: tuple[str, ...]) -> dict[str, str]:
    empty = [name for name in columns if row[name] is None]
    if empty or not row["file"]:
        raise ScanError(
            f"{path}: row {number} has no {(*empty, 'file')[0]}; complete it or take it out"
        )
    return row


@contextmanager
def _image(path: Path) -> Iterator[Image.Image]:
    if not path.is_file():
        raise ScanError(f"{path}: is not there; restore it or take it out of the index")
    with reading(path), Image.open(path) as image:
        yield image


def _load(path: Path, *, keep_color: bool) -> NDArray[np.uint8]:
    with _image(path) as image:
        mode = "RGB" if keep_color and image.mode in ("RGB", "P", "CMYK") else "L"
        return np.asarray(image.convert(mode))


def _layouts(paths: Sequence[Path], keep_out: Path | None) -> tuple[ClassMap, ...]:
    layouts = [_labels(path) for path in paths]
    known = [page.labels for page in annotated_pages(keep_out)] if keep_out else []
    maps = [labels for labels in known if labels is not None]
    return tuple(a for a in layouts if not any(_agreement(a, b) >= _SAME for b in maps))


def _agreement(layout: ClassMap, labels: ClassMap) -> float:
    """Return the share of pixels, 0..1, in which two label maps of any size are the same."""
    rows, cols = (
        np.arange(mine) * theirs // mine
        for mine, theirs in zip(layout.shape, labels.shape, strict=True)
    )
    return float((labels[np.ix_(rows, cols)] == layout).mean())


def _labels(path: Path) -> NDArray[np.uint8]:
    with _image(path) as image:
        mode, labels = image.mode, np.asarray(image)
    if mode not in ("L", "P") or labels.max() >= len(CLASSES):
        raise ScanError(
            f"{path}: a layout is a label map of one channel, 0 to {len(CLASSES) - 1}; "
            "draw it again or take it out of the index"
        )
    return labels

"""Read a folder of training material into memory."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from schemas.corpus import Corpus, Picture
from schemas.errors import ScanError

_INDEXES = ("illustrations.csv", "layouts.csv", "text_pages.csv", "papers.csv")


def load_corpus(folder: Path) -> Corpus:
    """Return the corpus in ``folder``: an index (csv) and a folder of images per kind.

    Pictures with words left at their foot are skipped. A source's pictures are weighted by the
    square root of their number, so that the largest book does not decide what a picture is.

    Raises:
        ScanError: an index or an image is missing or damaged; it is named.
    """
    rows = {name: _index(folder / name) for name in _INDEXES}
    chosen = [r for r in rows["illustrations.csv"] if r["has_caption_suspect"] != "true"]
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
    return Corpus(
        pictures=pictures,
        layouts=tuple(_labels(folder / row["file"]) for row in rows["layouts.csv"]),
        text_pages=tuple(
            _load(folder / r["file"], keep_color=False) for r in rows["text_pages.csv"]
        ),
        papers=tuple(_load(folder / row["file"], keep_color=True) for row in rows["papers.csv"]),
    )


def _index(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))
    except OSError as error:
        raise ScanError(f"{path}: {error.strerror}; is this a corpus folder?") from error


def _load(path: Path, *, keep_color: bool) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            wanted = "RGB" if keep_color and image.mode in ("RGB", "P", "CMYK") else "L"
            return np.asarray(image.convert(wanted))
    except OSError as error:
        raise ScanError(f"{path}: {error}; restore it or take it out of the index") from error


def _labels(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            return np.asarray(image)
    except OSError as error:
        raise ScanError(f"{path}: {error}; restore it or take it out of the index") from error

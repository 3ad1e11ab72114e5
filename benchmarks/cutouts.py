"""A sheet of cut-outs of an archive, on a checkered ground that shows their alpha.

python -m benchmarks.cutouts CONFIG FILE.jpg [N]

The N cut-outs (60) are spread evenly over all that are published.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archive.catalog.catalog import Catalog
from archive.images.images import load_rgba
from schemas.model import Illustration
from tasks.config_file import load

_CELL, _ACROSS, _SQUARE = 210, 10, 10


def main(config: Path, target: Path, count: int = 60) -> None:
    """Write the sheet; print how many cut-outs there are of each kind and matte."""
    settings = load(config)
    catalog = Catalog.open(settings.archive.catalog_url)
    cut_outs: list[tuple[Illustration, Path]] = []
    for known in catalog.issues():
        published = catalog.published(known.issue)
        for page in published.pages if published else ():
            files = {file.subject: file.path for file in page.files if file.use == "CUTOUT"}
            pictures = page.description.illustrations
            cut_outs += [(item, settings.archive.root / files[str(item)]) for item in pictures]
    for field in ("kind", "matte"):
        print(field, dict(Counter(getattr(picture, field) for picture, _ in cut_outs)))
    chosen = [
        cut_outs[at]
        for at in np.linspace(0, len(cut_outs) - 1, min(count, len(cut_outs))).astype(int)
    ]
    rows = -(-len(chosen) // _ACROSS)
    sheet = Image.new("RGB", (_ACROSS * _CELL, rows * _CELL), "white")
    for at, (_, path) in enumerate(chosen):
        place = (at % _ACROSS * _CELL, at // _ACROSS * _CELL)
        sheet.paste(_on_squares(load_rgba(path)), place)
    sheet.save(target, quality=82)


def _on_squares(rgba: NDArray[np.uint8]) -> Image.Image:
    picture = Image.fromarray(rgba)
    picture.thumbnail((_CELL - 8, _CELL - 8), Image.Resampling.LANCZOS)
    rows, cols = np.indices((picture.height, picture.width)) // _SQUARE
    light = np.where((rows + cols) % 2, 205, 160).astype(np.uint8)
    ground = Image.fromarray(np.dstack([light // 2 + 40, light - 20, light]), "RGB")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:4]))

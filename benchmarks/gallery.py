"""A contact sheet of the pages an engine did worst on, out of what ``compare`` wrote.

python -m benchmarks.gallery DIR ENGINE FILE.jpg [N]
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from PIL import Image

_CELL, _ACROSS = (300, 380), 6


def main(folder: Path, engine: str, target: Path, count: int = 12) -> None:
    """Write the sheet and name its pages."""
    with (folder / "pages.csv").open(newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: float(row[engine]))[:count]
    down = -(-len(rows) // _ACROSS)
    sheet = Image.new("RGB", (_ACROSS * _CELL[0], down * _CELL[1]), "white")
    name = "".join(c if c.isalnum() else "-" for c in engine)
    for at, row in enumerate(rows):
        with Image.open(folder / name / f"{row['page']}.jpg") as picture:
            picture.thumbnail((_CELL[0] - 10, _CELL[1] - 10))
            place = (at % _ACROSS * _CELL[0] + 5, at // _ACROSS * _CELL[1] + 5)
            sheet.paste(picture, place)
        print(row["page"], row["source"], row[engine])
    sheet.save(target, quality=80)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), *map(int, sys.argv[4:5]))

"""What a training writes while it runs: metrics.csv, TensorBoard, a sheet of samples."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from archive.images.images import save_jpeg
from archive.store import whole, write_whole
from schemas.errors import ConfigError
from schemas.model import RGB8

METRICS, SHEET = "metrics.csv", "sheet.html"
COLUMNS = (
    "step", "loss", "adversarial", "discriminator", "seconds",
    "mean", "illustration", "caption", "header", "text",
)  # fmt: skip
"""Losses and seconds are means since the row before; the rest is IoU on unseen pages, where it
was measured."""


class TrainingLog:
    """Appends to the files of a training's folder."""

    def __init__(self, folder: Path, *, tensorboard: bool) -> None:
        self._folder = folder
        self._board: Any = _board(folder / "tensorboard") if tensorboard else None
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self) -> None:
        """Put the rows of an earlier training aside, as metrics.csv.old."""
        path = self._folder / METRICS
        if path.exists():
            path.replace(path.with_name(f"{METRICS}.old"))

    def note(self, values: Mapping[str, float | None]) -> None:
        """Add a row; columns that ``values`` lacks stay empty."""
        path = self._folder / METRICS
        is_new = not path.exists()
        with path.open("a", newline="") as stream:
            writer = csv.writer(stream)
            if is_new:
                writer.writerow(COLUMNS)
            writer.writerow([_cell(values.get(name)) for name in COLUMNS])
        if self._board is not None:
            for name, value in values.items():
                if value is not None and name != "step":
                    self._board.add_scalar(name, value, int(values["step"] or 0))
            self._board.flush()

    def best(self) -> float:
        """Return the best mean IoU noted so far, 0 before the first.

        Raises:
            ConfigError: the rows cannot be read.
        """
        path = self._folder / METRICS
        if not path.exists():
            return 0.0
        try:
            with path.open(newline="") as stream:
                return max(
                    (float(row.get("mean") or 0) for row in csv.DictReader(stream)), default=0.0
                )
        except (ValueError, csv.Error) as error:
            raise ConfigError(f"{path}: damaged ({error}); correct it, or move it away") from error

    def show(self, step: int, views: Sequence[RGB8], figures: Mapping[str, float | None]) -> None:
        """Add a sheet of samples: page, truth and class map side by side."""
        folder = self._folder / "samples" / f"{step:07d}"
        with whole(folder) as draft:
            draft.mkdir()
            for at, view in enumerate(views):
                save_jpeg(draft / f"{at:02d}.jpg", view, long_side=1100)
        known = {int(path.name) for path in folder.parent.iterdir() if path.name.isdecimal()}
        steps = sorted(
            step_known for step_known in known if step_known <= step
        )  # later ones are an earlier training's
        environment = Environment(
            loader=PackageLoader("tasks"), autoescape=True, undefined=StrictUndefined
        )
        content = environment.get_template("samples.html").render(
            steps=steps[::-1], count=len(views), figures=figures, latest=step
        )
        write_whole(self._folder / SHEET, content.encode())


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _board(folder: Path) -> Any:  # noqa: ANN401 - tensorboard has no types
    try:
        from tensorboard.summary import Writer  # an extra, for those who ask for it
    except ImportError as error:
        raise ConfigError("--tensorboard needs: pip install bilderbogen[training]") from error
    return Writer(str(folder))

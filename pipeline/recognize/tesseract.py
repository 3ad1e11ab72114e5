"""Tesseract through pytesseract: one process run a page, on a grey file we wrote."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytesseract

from schemas.errors import EngineError, RecognitionError
from schemas.geometry import Box
from schemas.normalize import printable

MODELS = {
    # (language, script): models in order of preference, with the Debian package of the first
    ("ger", "Latf"): (("Fraktur", "frk"), "tesseract-ocr-script-frak"),
    ("ger", "Latn"): (("deu",), "tesseract-ocr-deu"),
    ("eng", "Latn"): (("eng",), "tesseract-ocr-eng"),
    ("fre", "Latn"): (("fra",), "tesseract-ocr-fra"),
    ("fra", "Latn"): (("fra",), "tesseract-ocr-fra"),
    ("deu", "Latf"): (("Fraktur", "frk"), "tesseract-ocr-script-frak"),
    ("deu", "Latn"): (("deu",), "tesseract-ocr-deu"),
}
"""Fraktur needs its own model: it halves the errors of ``deu`` on blackletter."""

BINARY_PACKAGE = "tesseract-ocr"


@dataclass(frozen=True, slots=True)
class RawWord:
    """A word as Tesseract gives it; ``line`` tells words of one line from those of another."""

    text: str
    box: Box
    confidence: float
    line: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The engine with its settings. ``models`` as in ``-l``, joined by +."""

    models: str
    psm: int = 3
    timeout_s: float = 180.0

    def read(self, grey_file: Path, *, dpi: float) -> tuple[RawWord, ...]:
        """Return the words on the page in ``grey_file``, confidence 0..1.

        Raises:
            RecognitionError: a time-out, a crash, or no output for this page.
            EngineError: the binary is missing.
        """
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # four times as quick as four threads
        try:
            table = pytesseract.image_to_data(
                str(grey_file),
                lang=self.models,
                config=f"--psm {self.psm} --dpi {round(dpi)} -c tessedit_do_invert=0",
                timeout=self.timeout_s,
            )
        except pytesseract.TesseractNotFoundError as error:
            raise EngineError(_missing_binary()) from error
        except RuntimeError as error:  # pytesseract: time-out, or a TesseractError
            raise RecognitionError(f"Tesseract gave up: {' '.join(str(error).split())}") from error
        except FileNotFoundError as error:
            raise RecognitionError("Tesseract ended without writing a result") from error
        return _parse(table)


@cache
def tesseract_version() -> str:
    """Return Tesseract's version.

    Raises:
        EngineError: it is not installed; the package is named.
    """
    try:
        return str(pytesseract.get_tesseract_version()).split()[0]
    except (pytesseract.TesseractNotFoundError, SystemExit, OSError) as error:
        raise EngineError(_missing_binary()) from error


@cache
def tessdata() -> tuple[Path, ...]:
    """Return the model files Tesseract has, by name.

    Raises:
        EngineError: it is not installed.
    """
    tesseract_version()
    listed = subprocess.run(
        [pytesseract.pytesseract.tesseract_cmd, "--list-langs"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    if not listed or '"' not in listed[0]:
        raise EngineError("tesseract --list-langs names no folder; reinstall tesseract-ocr")
    folder = Path(listed[0].split('"')[1])
    return tuple(sorted(folder / f"{name}.traineddata" for name in listed[1:]))


def models_for(languages: Sequence[str], script: str, available: Sequence[str]) -> str:
    """Return Tesseract's models for ``languages`` in ``script``, joined by +.

    A page in Fraktur is read with the Fraktur model alone: it knows antiqua as well.

    Raises:
        EngineError: a model is not installed; the Debian package is named.
    """
    chosen: list[str] = []
    for language in languages:
        wanted = MODELS.get((language, script)) or MODELS.get((language, "Latn"))
        if wanted is None:
            wanted = ((language,), f"tesseract-ocr-{language}")
        names, package = wanted
        found = next((name for name in names if name in available), None)
        if found is None:
            raise EngineError(
                f"Tesseract has no model for {language} in {script}; run: apt-get install {package}"
            )
        chosen.append(found)
    if not chosen:
        raise EngineError("no language to read in; set [recognize] languages")
    if "Fraktur" in chosen or "frk" in chosen:
        return next(name for name in chosen if name in ("Fraktur", "frk"))
    return "+".join(dict.fromkeys(chosen))


def _parse(table: str) -> tuple[RawWord, ...]:
    rows = [line.split("\t") for line in table.splitlines()]
    if not rows or rows[0][:1] != ["level"]:
        raise RecognitionError("Tesseract ended without a table of words")
    at = {name: index for index, name in enumerate(rows[0])}
    words = []
    for row in rows[1:]:
        if len(row) != len(rows[0]) or row[at["level"]] != "5":
            continue
        text = printable(row[at["text"]]).strip()
        left, top, width, height = (
            int(row[at[name]]) for name in ("left", "top", "width", "height")
        )
        if not text or width <= 0 or height <= 0:
            continue
        confidence = min(1.0, max(0.0, float(row[at["conf"]]) / 100))
        line = (int(row[at["block_num"]]), int(row[at["par_num"]]), int(row[at["line_num"]]))
        words.append(
            RawWord(text, Box(left, top, left + width, top + height), round(confidence, 4), line)
        )
    return tuple(words)


def _missing_binary() -> str:
    return f"Tesseract is not installed; run: apt-get install {BINARY_PACKAGE}"

"""Tesseract through pytesseract: one process run a page, on a grey file we wrote."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytesseract

from pipeline.recognize.text_engine import GreyFile, RawWord, Segmentation
from schemas.errors import EngineError, RecognitionError
from schemas.geometry import Box
from schemas.languages import to_terminologic
from schemas.model import Grey8
from schemas.normalize import printable

FRAKTUR = ("Fraktur", "frk")
"""Models of blackletter, the better one first: it halves the errors of ``deu`` there."""

CHINESE = ("chi_tra", "chi_sim")
"""Tesseract has no ``zho``; prints before the reform are in traditional signs."""

_INSTALL = "apt-get install tesseract-ocr"

_ANSWER_S = 30
"""Seconds within which Tesseract names its version or its models."""


_BLOCK = 6
"""Tesseract's page segmentation mode for one block of text."""


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The engine with its settings, a ``TextEngine``.

    ``models`` as in ``-l``, joined by +; ``psm`` is the page segmentation mode for whole pages.
    Tesseract reads files: ``grey_file`` writes them. Its table is written beside the file, since
    pytesseract's own would lie among the machine's temporary files for good after a killed run.
    """

    models: str
    grey_file: GreyFile
    psm: int = 3
    timeout_s: float = 180.0

    def read(
        self, image: Grey8, *, dpi: float, segmentation: Segmentation = Segmentation.PAGE
    ) -> tuple[RawWord, ...]:
        """Return the words on ``image`` (H, W) in its pixels, confidence 0..1.

        Raises:
            RecognitionError: a time-out, a crash, or no output for this image.
            EngineError: the binary is missing.
        """
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # four times as quick as four threads
        psm = _BLOCK if segmentation is Segmentation.BLOCK else self.psm
        with self.grey_file(image) as file:
            table = file.with_suffix(".tsv")
            try:
                pytesseract.pytesseract.run_tesseract(
                    str(file),
                    str(table.with_suffix("")),
                    "tsv",
                    self.models,
                    f"--psm {psm} --dpi {round(dpi)} -c tessedit_do_invert=0 "
                    "-c tessedit_create_tsv=1",
                    timeout=self.timeout_s,
                )
                return _parse(table.read_bytes().decode("utf-8", errors="replace"))
            except pytesseract.TesseractNotFoundError as error:
                raise EngineError(_missing_binary()) from error
            except RuntimeError as error:  # pytesseract: time-out, or a TesseractError
                reason = " ".join(str(error).split())
                raise RecognitionError(f"Tesseract gave up: {reason}") from error
            except FileNotFoundError as error:
                raise RecognitionError("Tesseract ended without writing a result") from error


@cache
def tesseract_version() -> str:
    """Return Tesseract's version.

    Raises:
        EngineError: it is not installed; the package is named. Or it does not answer.
    """
    version = re.search(r"\d+(\.\d+)*", _ask_tesseract("--version"))
    if version is None:
        raise EngineError("tesseract --version names no version; reinstall tesseract-ocr")
    return version[0]


def _ask_tesseract(option: str) -> str:
    try:
        return subprocess.run(
            [pytesseract.pytesseract.tesseract_cmd, option],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_ANSWER_S,
        ).stdout
    except OSError as error:
        raise EngineError(_missing_binary()) from error
    except subprocess.TimeoutExpired as error:
        raise EngineError(
            f"tesseract {option} did not answer within {_ANSWER_S} s; reinstall tesseract-ocr"
        ) from error


@cache
def tessdata() -> tuple[Path, ...]:
    """Return the model files Tesseract has, by name.

    Raises:
        EngineError: it is not installed.
    """
    tesseract_version()
    listed = _ask_tesseract("--list-langs").splitlines()
    if not listed or '"' not in listed[0]:
        raise EngineError("tesseract --list-langs names no folder; reinstall tesseract-ocr")
    folder = Path(listed[0].split('"')[1])
    return tuple(sorted(folder / f"{name}.traineddata" for name in listed[1:]))


def models_for(languages: Sequence[str], script: str, available: Sequence[str]) -> str:
    """Return Tesseract's models for ``languages`` (ISO 639) in ``script``, joined by +.

    A page in Fraktur is read with the Fraktur model alone: it knows antiqua as well. Of several
    languages those without a model are left out.

    Raises:
        RecognitionError: there is no model for any of them; the Debian packages are named.
        EngineError: there is no language.
    """
    if not languages:
        raise EngineError("no language to read in; set [recognize] languages")
    names_wanted = [FRAKTUR] if script == "Latf" else list(map(_models_of, languages))
    models_found = [
        next((name for name in names if name in available), None) for names in names_wanted
    ]
    chosen = [name for name in models_found if name is not None]
    if not chosen:
        packages = " ".join(dict.fromkeys(_package(names[0]) for names in names_wanted))
        raise RecognitionError(
            f"Tesseract has no model for {', '.join(languages)} in {script}; "
            f"run: apt-get install {packages}"
        )
    return "+".join(dict.fromkeys(chosen))


def _models_of(language: str) -> tuple[str, ...]:
    """Return the names that the model of ``language`` may have, the best one first."""
    code = to_terminologic(language) or language
    return CHINESE if code == "zho" else (code,)


def _package(model: str) -> str:
    """Return the Debian package that brings ``model``."""
    if model in FRAKTUR:
        return "tesseract-ocr-script-frak"
    return f"tesseract-ocr-{model.replace('_', '-')}"


def _parse(table: str) -> tuple[RawWord, ...]:
    rows = [line.split("\t") for line in table.split("\n")]  # a word may hold other line breaks
    if rows[0][:1] != ["level"]:
        raise RecognitionError("Tesseract ended without a table of words")
    try:
        return tuple(_words(rows[0], rows[1:]))
    except (KeyError, ValueError) as error:
        raise RecognitionError(f"Tesseract gave a table that cannot be read ({error})") from error


def _words(head: list[str], rows: list[list[str]]) -> Iterator[RawWord]:
    at = {name: index for index, name in enumerate(head)}
    for row in rows:
        if len(row) != len(head) or row[at["level"]] != "5":
            continue
        text = printable(row[at["text"]]).strip()
        left, top, width, height = (
            int(row[at[name]]) for name in ("left", "top", "width", "height")
        )
        if not text or width <= 0 or height <= 0:
            continue
        confidence = min(1.0, max(0.0, float(row[at["conf"]]) / 100))
        line = (int(row[at["block_num"]]), int(row[at["par_num"]]), int(row[at["line_num"]]))
        yield RawWord(text, Box(left, top, left + width, top + height), round(confidence, 4), line)


def _missing_binary() -> str:
    return f"Tesseract is not installed; run: {_INSTALL}"

"""The table that Tesseract writes: read word by word, or the page is given up with the reason."""

from pathlib import Path

import numpy as np
import pytesseract
import pytest

from archive.images.images import grey_file
from pipeline.recognize.tesseract import Tesseract
from pipeline.recognize.text_engine import RawWord
from schemas.errors import RecognitionError
from schemas.geometry import Box

HEAD = (
    "level page_num block_num par_num line_num word_num left top width height conf text"
).split()
WORD = ["5", "1", "1", "1", "2", "1", "40", "50", "60", "20", "96.5", "lamp"]


def word(**cells):
    return [cells.get(name, cell) for name, cell in zip(HEAD, WORD, strict=True)]


def read(rows, folder, monkeypatch):
    """Read a page of which Tesseract writes a table of ``rows``."""

    def table(_, base, *rest, **options):
        Path(f"{base}.tsv").write_text("\n".join("\t".join(row) for row in rows))

    monkeypatch.setattr(pytesseract.pytesseract, "run_tesseract", table)
    return Tesseract("eng", grey_file).read(np.zeros((9, 9), np.uint8), dpi=150)


def test_a_table_gives_its_words_and_nothing_else(tmp_path, monkeypatch):
    no_words = [word(level="4"), word(text=" "), word(width="0"), word(height="-1"), WORD[:5]]
    rows = [HEAD, *no_words, WORD, word(left="110", line_num="3", conf="-1", text="lit")]
    assert read(rows, tmp_path, monkeypatch) == (
        RawWord("lamp", Box(40, 50, 100, 70), 0.965, (1, 1, 2)),
        RawWord("lit", Box(110, 50, 170, 70), 0.0, (1, 1, 3)),
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("code", [0x0B, 0x0C, 0x0D, 0x1C, 0x85, 0x2028, 0x2029])
def test_a_word_with_a_line_break_of_its_own_stays_in_its_row(code, tmp_path, monkeypatch):
    rows = [HEAD, word(text=f"la{chr(code)}mp"), word(left="110", text="lit")]
    result = read(rows, tmp_path, monkeypatch)
    assert [word.box.left for word in result] == [40, 110]
    assert result[0].text.startswith("la") and result[0].text.endswith("mp")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([], "without a table"),
        ([["Segmentation fault"]], "without a table"),
        ([[*HEAD[:10], "sure", "text"], WORD], "cannot be read .*conf"),
        ([HEAD, WORD, word(left="4o")], "cannot be read .*4o"),
        ([HEAD, WORD, word(conf="sure")], "cannot be read .*sure"),
        ([HEAD, WORD, word(line_num="")], "cannot be read"),
    ],
)
def test_a_table_that_cannot_be_read_costs_its_page_alone(tmp_path, monkeypatch, rows, why):
    with pytest.raises(RecognitionError, match=why):
        read(rows, tmp_path, monkeypatch)
    assert not list(tmp_path.iterdir())

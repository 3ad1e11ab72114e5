"""Questions to the binary of Tesseract have a time limit."""

import pytest

from pipeline.recognize import tesseract
from schemas.errors import EngineError


def fake(tmp_path, monkeypatch, body):
    binary = tmp_path / "tesseract"
    binary.write_text(f"#!/bin/sh\n{body}\n")
    binary.chmod(0o755)
    monkeypatch.setattr(tesseract.pytesseract.pytesseract, "tesseract_cmd", str(binary))


def test_a_tesseract_that_never_names_its_version_is_an_engine_error(tmp_path, monkeypatch):
    fake(tmp_path, monkeypatch, "exec sleep 30")
    monkeypatch.setattr(tesseract, "_ANSWER_S", 0.3)
    with pytest.raises(EngineError, match="did not answer"):
        tesseract.tesseract_version.__wrapped__()


@pytest.mark.parametrize("line", ["tesseract 5.3.0", "tesseract v5.3.0.20221214", "5.3.0-beta"])
def test_the_version_is_read_whatever_stands_around_it(tmp_path, monkeypatch, line):
    fake(tmp_path, monkeypatch, f"echo '{line}'")
    assert tesseract.tesseract_version.__wrapped__().startswith("5.3.0")

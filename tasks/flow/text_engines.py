"""Text engines as config.ini names them."""

from __future__ import annotations

from archive.images.images import grey_file
from archive.wordlists import vocabulary
from pipeline.recognize.engines import engine_of
from pipeline.recognize.settings import RecognizeSettings
from pipeline.recognize.text_engine import Readers, Tools
from schemas.model import IssueMetadata

_TOOLS = Tools(grey_file, vocabulary)


def readers(metadata: IssueMetadata, settings: RecognizeSettings) -> Readers:
    """Return the engines for an issue, one for each script it may be printed in.

    Raises:
        RecognitionError: there is no model for what this issue alone asks; the package is named.
        EngineError: there is none for what config.ini asks as well, or no engine.
    """
    engine_readers: Readers = engine_of(settings.engine).module.readers(metadata, settings, _TOOLS)
    return engine_readers

"""Tesseract as a text engine: which of its models read an issue."""

from __future__ import annotations

from pathlib import Path

from pipeline.recognize.settings import AUTO, RecognizeSettings
from pipeline.recognize.tesseract import Tesseract, models_for, tessdata, tesseract_version
from pipeline.recognize.text_engine import Readers, TextEngine, Tools
from schemas.errors import EngineError, RecognitionError
from schemas.languages import to_language
from schemas.model import IssueMetadata


def version() -> str:
    """Return Tesseract's version.

    Raises:
        EngineError: it is not installed.
    """
    return tesseract_version()


def model_files() -> tuple[Path, ...]:
    """Return the files of the models that Tesseract has.

    Raises:
        EngineError: it is not installed.
    """
    return tessdata()


def readers(metadata: IssueMetadata, settings: RecognizeSettings, tools: Tools) -> Readers:
    """Return Tesseract with the models for each script an issue may be printed in.

    What the issue says goes before what is configured; where neither says the script, German may be
    in antiqua or in Fraktur.

    Raises:
        RecognitionError: there is no model for what this issue alone asks; the package is named.
        EngineError: there is none for what config.ini asks as well, or no Tesseract.
    """
    languages = metadata.languages or settings.languages
    title_models = _models_of_title(metadata.title, settings)
    if title_models:
        engine = _tesseract(title_models, settings, tools)
        return Readers({metadata.script or "Latn": engine}, languages, tools.vocabulary)
    script = metadata.script or settings.script
    may_be_fraktur = "ger" in languages
    scripts = ("Latn", "Latf") if script == AUTO and may_be_fraktur else (script,)
    by_script: dict[str, TextEngine] = {}
    for name in scripts:
        models = _models(languages, "Latn" if name == AUTO else name, metadata, settings)
        by_script[name] = _tesseract(models, settings, tools)
    return Readers(by_script, languages, tools.vocabulary)


def _tesseract(models: str, settings: RecognizeSettings, tools: Tools) -> Tesseract:
    return Tesseract(models, tools.grey_file, psm=settings.psm, timeout_s=settings.timeout_s)


def _models(
    languages: tuple[str, ...], script: str, metadata: IssueMetadata, settings: RecognizeSettings
) -> str:
    """Return the models; one that config.ini asks for too, and so every issue, stops the night."""
    try:
        return models_for(languages, script, [path.stem for path in tessdata()])
    except RecognitionError as error:
        configured = {to_language(language) for language in settings.languages}
        if script == "Latf":  # one model for all languages
            may_be_fraktur = settings.script == AUTO and (
                not metadata.script or "ger" in configured
            )
            is_shared = may_be_fraktur or settings.script == "Latf"
        else:
            is_shared = settings.script != "Latf" and configured >= set(map(to_language, languages))
        if is_shared:
            raise EngineError(str(error)) from error
        raise


def _models_of_title(title: str, settings: RecognizeSettings) -> str:
    """Return the models that are configured for a title, or nothing.

    Raises:
        EngineError: Tesseract has not got one of them.
    """
    for entry in settings.models:
        name, _, models = (part.strip() for part in entry.partition("="))
        if name.casefold() == title.casefold():
            installed = {path.stem for path in tessdata()}
            missing = [model for model in models.split("+") if model not in installed]
            if missing:
                raise EngineError(
                    f"[recognize] models: Tesseract has no {missing[0]} for {name}; it has "
                    f"{', '.join(sorted(installed))}"
                )
            return models
    return ""

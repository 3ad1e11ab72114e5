"""What does the work of a stage: the agent that PREMIS names, and what the recipe knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version as package_version

from archive.store import sha256
from archive.weights import KINDS_FILE, LETTERS_FILE, find_weights
from archive.wordlists import PACKAGES, word_lists
from pipeline.recognize.engines import NO_ENGINE
from pipeline.recognize.engines import engine_of as text_engine_of
from pipeline.recognize.settings import AUTO
from pipeline.separate.engines.table import engine_of
from schemas.version import VERSION
from tasks.settings import Settings

Facts = Mapping[str, object]
"""Values of JSON, by name."""

_DIGITS = 16
"""Hex digits of a digest that tell one file from another here."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who does a stage: name and version, and the facts beside the settings that change results."""

    agent: str = f"Bilderbogen {VERSION}"
    facts: Facts = field(default_factory=dict)


def program(settings: Settings) -> Identity:
    """Return the identity of a stage that only our own code works in."""
    del settings
    return Identity()


def letters_identity(settings: Settings) -> Identity:
    """Return the identity of what tells from letters how a page lies."""
    del settings
    return Identity(facts={"letters": sha256(LETTERS_FILE)[:_DIGITS]})


def separator_identity(settings: Settings) -> Identity:
    """Return the identity of the separation engine, with the digest of its weights.

    Raises:
        EngineError: the weights are absent.
    """
    engine = settings.separate.engine
    if not engine_of(engine).has_weights:
        return Identity(f"{engine} OpenCV {package_version('opencv-python-headless')}")
    weights = find_weights(settings.separate.weights)
    agent = f"{engine} {weights.path.stem} sha256:{weights.sha256[:12]}"
    return Identity(agent, {"weights": weights.sha256})


def reader_identity(settings: Settings) -> Identity:
    """Return the identity of the text engine, with its models and the lists that judge its words.

    Raises:
        EngineError: the engine is absent.
    """
    if settings.recognize.engine == NO_ENGINE:
        return Identity(facts={NO_ENGINE: ""})
    engine = text_engine_of(settings.recognize.engine)
    version, models = engine.module.version(), _models(engine.name)
    facts = {engine.name: version, "models": models, "word_lists": _word_lists()}
    if settings.recognize.script == AUTO:  # where it is named, work of earlier releases stays valid
        facts["script_sampled"] = "issue"
    return Identity(f"{engine.title} {version}", facts)


def matting_identity(settings: Settings) -> Identity:
    """Return the identity of PyMatting."""
    del settings
    library = package_version("pymatting")
    return Identity(f"PyMatting {library}", {"pymatting": library})


def kinds_identity(settings: Settings) -> Identity:
    """Return the identity of what tells kinds of print apart."""
    del settings
    return Identity(facts={"kinds": sha256(KINDS_FILE)[:_DIGITS]})


def words_identity(settings: Settings) -> Identity:
    """Return the identity of what judges words by dictionaries."""
    del settings
    return Identity(facts={"word_lists": _word_lists()})


@cache
def _models(engine: str) -> dict[str, str]:
    files = text_engine_of(engine).module.model_files()
    return {path.name: sha256(path)[:_DIGITS] for path in files}


@cache
def _word_lists() -> dict[str, int]:
    return {path.name: path.stat().st_size for path in word_lists(tuple(PACKAGES))}

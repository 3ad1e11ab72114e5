"""The recipe: a short name of everything that changes a stage's result.

Each stage's recipe covers its own settings, the identity of its engine, a version that is raised
when its code gives other results, and the recipe of the stage before it. It is part of every work
path, so a changed setting rebuilds by name, never by time stamp, and changing the export rebuilds
no OCR.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from archive.store import sha256 as file_sha256
from archive.weights import KINDS_FILE, LETTERS_FILE, find_weights
from archive.wordlists import PACKAGES, word_lists
from pipeline.recognize.tesseract import tessdata, tesseract_version
from schemas.version import VERSION
from tasks.settings import WEIGHTLESS, Settings

STAGES = ("prepare", "separate", "recognize", "refine", "crop", "describe", "publish", "export")
"""The stages after ingest, in the order a page passes them."""

NEEDS = {
    "prepare": (),
    "separate": ("prepare",),
    "recognize": ("separate",),
    "refine": ("separate",),
    "crop": ("refine",),
    "describe": ("recognize", "crop"),
    "publish": ("describe",),
    "export": ("publish",),
}
"""Whose results a stage reads; ``rerun`` follows it downwards."""

CODE_VERSIONS = dict.fromkeys(STAGES, 1) | {
    "prepare": 4,
    "separate": 6,
    "recognize": 6,
    "refine": 7,
    "crop": 4,
    "describe": 8,
    "publish": 4,
    "export": 6,
}
"""Raise a stage's number when its code gives other results from the same settings."""


@cache
def recipe(settings: Settings, stage: str) -> str:
    """Return the eight hex digits that name ``stage`` under ``settings``.

    Raises:
        EngineError: the engine whose identity is part of the recipe is absent.
    """
    facts = {
        "stage": stage,
        "code": CODE_VERSIONS[stage],
        "needs": [recipe(settings, needed) for needed in NEEDS[stage]],
        "own": _OWN[stage](settings),
    }
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]


def following(stage: str) -> tuple[str, ...]:
    """Return ``stage`` and every stage that depends on it, in order.

    >>> following("crop")
    ('crop', 'describe', 'publish', 'export')
    """
    found = {stage}
    for later in STAGES:
        if found & set(NEEDS[later]):
            found.add(later)
    return tuple(name for name in STAGES if name in found)


@cache
def agent(stage: str, settings: Settings) -> str:
    """Return the software that does a stage, with its version, as PREMIS names an agent."""
    own = settings.separate
    if stage == "separate" and own.engine not in WEIGHTLESS:
        weights = find_weights(own.weights)
        return f"{own.engine} {weights.path.stem} sha256:{weights.sha256[:12]}"
    return {
        "separate": f"{own.engine} OpenCV {version('opencv-python-headless')}",
        "recognize": f"Tesseract {tesseract_version()}",
        "refine": f"PyMatting {version('pymatting')}",
    }.get(stage, f"Bilderbogen {VERSION}")


def stated(stage: str, settings: Settings) -> str:
    """Return the settings of a stage in one line, for the detail of its PREMIS event."""
    facts = _OWN[stage](settings)
    return ", ".join(
        f"{name} {'+'.join(value) if isinstance(value, tuple) else value}"
        for name, value in facts.items()
        if not isinstance(value, dict) and value != ""
    )


def _prepare(settings: Settings) -> dict[str, Any]:
    return asdict(settings.prepare) | {
        "default_dpi": settings.ingest.default_dpi,
        "letters": file_sha256(LETTERS_FILE)[:16],
    }


def _separate(settings: Settings) -> dict[str, Any]:
    own = settings.separate
    facts: dict[str, Any] = {"engine": own.engine, "min_area": own.min_area}
    if own.engine not in WEIGHTLESS:
        facts["weights"] = find_weights(own.weights).sha256
    return facts


def _recognize(settings: Settings) -> dict[str, Any]:
    return {
        key: value for key, value in asdict(settings.recognize).items() if key != "timeout_s"
    } | {
        "tesseract": tesseract_version(),
        "models": _tessdata(),
        "word_lists": _word_lists(),
    }


@cache
def _tessdata() -> dict[str, str]:
    return {path.name: file_sha256(path)[:16] for path in tessdata()}


def _refine(settings: Settings) -> dict[str, Any]:
    return asdict(settings.refine) | {"pymatting": version("pymatting")}


def _crop(settings: Settings) -> dict[str, Any]:
    return asdict(settings.crop) | {"kinds": file_sha256(KINDS_FILE)[:16]}


def _describe(settings: Settings) -> dict[str, Any]:
    return asdict(settings.describe) | {"word_lists": _word_lists()}


@cache
def _word_lists() -> dict[str, int]:
    return {path.name: path.stat().st_size for path in word_lists(tuple(PACKAGES))}


def _export(settings: Settings) -> dict[str, Any]:
    stated = asdict(settings.export) | {"rights": asdict(settings.rights)}
    return {key: value for key, value in stated.items() if key != "schemas"}


_OWN: dict[str, Callable[[Settings], dict[str, Any]]] = {
    "prepare": _prepare,
    "separate": _separate,
    "recognize": _recognize,
    "refine": _refine,
    "crop": _crop,
    "describe": _describe,
    "publish": _crop,
    "export": _export,
}

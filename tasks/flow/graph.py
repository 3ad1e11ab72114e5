"""The stages of the nightly run: one row each, in the order a page passes them.

Recipes, Luigi's ``requires``, ``rerun``, ``status``, the report and PREMIS read this table; no
other place repeats what a stage is. How to add a row: docs/add-a-stage.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tasks.flow.identities import (
    Identity,
    kinds_identity,
    letters_identity,
    matting_identity,
    program,
    reader_identity,
    separator_identity,
    words_identity,
)
from tasks.settings import Settings

INGEST = "ingest"
"""What comes before the stages; it has no recipe, its results are versions of the issue."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage.

    Attributes:
        name: as in paths, the ledger and ``--stage``; the task is the class ``Name``.
        needs: the stages whose results it reads.
        settings: the options of config.ini that change its result, as ``section.option``;
            ``section.*`` is every option of a section, ``section`` the same under the section's
            name, for options that two sections call alike. Those its ``needs`` declare hold too.
        later: options that came with a later release. At their default they are left out of the
            recipe, so that work of earlier releases stays valid.
        identity: the engine behind it, and what else changes its result.
        code_version: to be raised when its code gives other results from the same settings.
        event: the type of its PREMIS event; empty where no engine decides anything.
    """

    name: str
    needs: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    identity: Callable[[Settings], Identity] = program
    code_version: int = 1
    event: str = ""


GRAPH = (
    Stage(
        "prepare",
        settings=("prepare.*", "ingest.default_dpi"),
        identity=letters_identity,
        code_version=5,
    ),
    Stage(
        "separate",
        needs=("prepare",),
        settings=("separate.engine", "separate.min_area"),
        later=("separate.runtime",),
        identity=separator_identity,
        code_version=8,
        event="layout/segmentation/region",
    ),
    Stage(
        "recognize",
        needs=("separate",),
        settings=(
            "recognize.languages",
            "recognize.script",
            "recognize.psm",
            "recognize.min_text_area",
        ),
        later=("recognize.engine", "recognize.models"),
        identity=reader_identity,
        code_version=6,
        event="recognition/text-recognition",
    ),
    Stage(
        "refine",
        needs=("separate",),
        settings=("refine.*",),
        identity=matting_identity,
        code_version=8,
        event="layout/segmentation/matting",
    ),
    Stage(
        "crop",
        needs=("refine",),
        settings=("crop.*",),
        identity=kinds_identity,
        code_version=5,
    ),
    Stage(
        "describe",
        needs=("recognize", "crop"),
        settings=("describe.*",),
        identity=words_identity,
        code_version=10,
    ),
    Stage(
        "publish",
        needs=("describe",),
        settings=("crop.*", "alarm.*"),
        later=("export.owner",),
        identity=kinds_identity,
        code_version=6,
    ),
    Stage(
        "export",
        needs=("publish",),
        settings=(
            "export.owner",
            "export.profiles",
            "export.base_url",
            "export.image_service",
            "rights",
        ),
        code_version=7,
    ),
)

STAGES = tuple(stage.name for stage in GRAPH)
"""The names, in order."""

_BY_NAME = {stage.name: stage for stage in GRAPH}


def stage_of(name: str) -> Stage:
    """Return the stage called ``name``."""
    return _BY_NAME[name]


def following(name: str) -> tuple[str, ...]:
    """Return ``name`` and every stage that depends on it, in order.

    >>> following("crop")
    ('crop', 'describe', 'publish', 'export')
    """
    reached = {name}
    for stage in GRAPH:
        if reached & set(stage.needs):
            reached.add(stage.name)
    return tuple(stage for stage in STAGES if stage in reached)


def preceding(name: str) -> tuple[str, ...]:
    """Return ``name`` and every stage it depends on, in order.

    >>> preceding("crop")
    ('prepare', 'separate', 'refine', 'crop')
    """
    reached = {name}
    for stage in reversed(GRAPH):
        if stage.name in reached:
            reached.update(stage.needs)
    return tuple(stage for stage in STAGES if stage in reached)


def last_common(name: str) -> str | None:
    """Return the stage whose surviving pages ``name`` takes; None for the first stage.

    That is the stage it needs or, of a stage that needs several, the last that all of them need:
    a page whose text was lost keeps its pictures, one whose pictures were lost keeps its text.

    >>> last_common("refine"), last_common("describe"), last_common("prepare")
    ('separate', 'separate', None)
    """
    needs = _BY_NAME[name].needs
    if not needs:
        return None
    shared = set.intersection(*(set(preceding(need)) for need in needs))
    return max(shared, key=STAGES.index)


PAGE_STAGES = preceding("publish")[:-1]
"""The stages that work page by page: those that publishing waits for."""

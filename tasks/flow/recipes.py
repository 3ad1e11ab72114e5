"""The recipe: a short name of everything that changes a stage's result.

Each stage's recipe covers the settings it declares, the identity of its engine, a version that is
raised when its code gives other results, and the recipes of the stages it needs. It is part of
every work path, so a changed setting rebuilds by name, never by time stamp, and changing the
export rebuilds no OCR. What a stage declares stands in ``tasks.flow.graph``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from typing import Any

from tasks.flow.graph import Stage, stage_of
from tasks.flow.identities import Facts, program
from tasks.settings import Settings


@cache
def recipe(settings: Settings, stage: str) -> str:
    """Return the eight hex digits that name ``stage`` under ``settings``.

    Raises:
        EngineError: the engine whose identity is part of the recipe is absent.
    """
    row = stage_of(stage)
    facts = {
        "stage": stage,
        "code": row.code_version,
        "needs": [recipe(settings, needed) for needed in row.needs],
        "own": _facts(row, settings),
    }
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:8]


@cache
def agent(stage: str, settings: Settings) -> str:
    """Return the software that does ``stage``, with its version, as PREMIS names an agent.

    Ingest and stages without an engine are done by this program.
    """
    return stage_of(stage).identity(settings).agent


def program_agent(settings: Settings) -> str:
    """Return this program with its version, as PREMIS names an agent."""
    return program(settings).agent


def settings_of(stage: str, settings: Settings) -> str:
    """Return the settings of a stage in one line, for the detail of its PREMIS event."""
    return ", ".join(
        f"{name} {'+'.join(map(str, value)) if isinstance(value, tuple) else value}"
        for name, value in _facts(stage_of(stage), settings).items()
        if not isinstance(value, dict) and value != ""
    )


def _facts(stage: Stage, settings: Settings) -> Facts:
    """Return the declared settings of a stage and the facts of its engine, by name."""
    values: dict[str, Any] = {}
    for entry in stage.settings:
        section, _, option = entry.partition(".")
        options = asdict(getattr(settings, section))
        if not option:
            values[section] = options
        else:
            values |= options if option == "*" else {option: options[option]}
    later = {option: value_of(settings, option) for option in stage.later}
    changed = {o: value for o, value in later.items() if value != value_of(Settings(), o)}
    return {**values, **changed, **stage.identity(settings).facts}


def value_of(settings: Settings, option: str) -> Any:  # noqa: ANN401 - any option's type
    """Return the value of ``section.option``."""
    section, _, name = option.partition(".")
    return getattr(getattr(settings, section), name)

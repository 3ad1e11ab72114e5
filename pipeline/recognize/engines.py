"""The text engines: a row each, and the module that makes it.

A new engine is one module and one row here. The module has three functions:

* ``readers(metadata, settings, tools) -> Readers``: the engines for an issue, one a script;
* ``version() -> str``: of the engine; it is part of the recipe and of the PREMIS agent;
* ``model_files() -> tuple[Path, ...]``: the files of its models; their digests are in the recipe.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

_HERE = "pipeline.recognize"


@dataclass(frozen=True, slots=True)
class TextEngineRow:
    """One text engine: its name in ``[recognize] engine``, its title, and where it is made."""

    name: str
    title: str
    module_name: str

    @property
    def module(self) -> ModuleType:
        """The module; imported by those alone who use it."""
        return import_module(self.module_name)


TABLE = (TextEngineRow("tesseract", "Tesseract", f"{_HERE}.tesseract_readers"),)

NO_ENGINE = "none"
"""Pages are not read: pictures alone count, or text that came with the pages."""
TEXT_ENGINES = (*(engine.name for engine in TABLE), NO_ENGINE)
"""The names, in the order they are offered."""


def engine_of(name: str) -> TextEngineRow:
    """Return the text engine called ``name``."""
    return next(engine for engine in TABLE if engine.name == name)

"""config.ini, read once and checked, with every fault of the file said at once.

The only reader of configuration. What an option may be stands in ``tasks.settings``.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from configparser import ConfigParser, Error
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import unquote

import msgspec

from archive.catalog.shown_url import shown_url
from archive.package.profiles import profile_of
from archive.package.schema_store import SchemaStore
from schemas.errors import ConfigError
from schemas.languages import UNTOLD, to_language
from schemas.package import WANTED_ADDRESSES
from tasks.settings import Settings, quoted

LUIGI_SECTIONS = frozenset(
    {"core", "worker", "scheduler", "resources", "retcode", "email", "batch_email", "cors"}
    | {"logging", "execution_summary", "task_history"}
)
"""Sections that belong to Luigi; it reads them itself."""

UNREADABLE = (Error, ValueError)
"""What configparser, and Luigi with it, raises on a value it cannot read."""

_WEIGHTS = (".safetensors", ".onnx")


def load(path: Path) -> Settings:
    """Read ``path``; relative paths in it are relative to its folder.

    Raises:
        ConfigError: naming the file and, of every fault, section, option and what is allowed.
    """
    ini = _read(path)
    faults = list(_unknown_sections(ini))
    default = Settings()
    settings = Settings(
        **{
            section.name: _section(
                ini, section.name, getattr(default, section.name), path.parent, faults
            )
            for section in fields(Settings)
        }
    )
    faults = faults or list(_contradictions(settings))  # of values that are no good none follow
    if faults:
        raise ConfigError("\n".join(f"{path}: {fault}" for fault in faults))
    return settings


def _read(path: Path) -> ConfigParser:
    ini = ConfigParser(interpolation=None)
    try:
        text = path.read_text(encoding="utf-8")
        if text.startswith("\ufeff"):  # Luigi, who reads the file too, would take it for a section
            remedy = 'save it as "UTF-8", not "UTF-8 with BOM"'
            raise ConfigError(f"{path}: begins with a byte order mark; {remedy}")
        ini.read_string(text, source=str(path))
    except FileNotFoundError as error:
        raise ConfigError(f"no configuration at {path}; name one with --config") from error
    except (OSError, UnicodeDecodeError, Error) as error:
        raise ConfigError(f"{path}: {error}") from error
    return ini


def _unknown_sections(ini: ConfigParser) -> Iterator[str]:
    if ini.defaults():
        yield (
            f"[{ini.default_section}] is not used: it would hold for no section; "
            "give each option in its own"
        )
    known = [section.name for section in fields(Settings)]
    for name in ini.sections():
        if name not in known and name not in LUIGI_SECTIONS:
            yield f"unknown section [{name}]{_guess(name, known)}"


def _section(
    ini: ConfigParser,
    name: str,
    default: Any,  # noqa: ANN401 - the record of any section
    folder: Path,
    faults: list[str],
) -> Any:  # noqa: ANN401
    """Return the record of a section; what is wrong with it is added to ``faults``."""
    types = get_type_hints(type(default), include_extras=True)
    values = {
        option: _path(str(value), folder)
        for option in types
        if isinstance(value := getattr(default, option), Path)  # relative to the file too
    }
    for option, text in dict(ini[name] if ini.has_section(name) else {}).items():
        if option not in types:
            faults.append(f"[{name}] has no option {option!r}{_guess(option, types)}")
            continue
        read = _SPECIAL.get(f"{name}.{option}", partial(_value, types[option]))
        try:
            values[option] = read(text.strip(), folder)
        except ValueError as error:
            shown = shown_url(text) if f"{name}.{option}" == "archive.catalog" else text
            faults.append(f"[{name}] {option} = {shown}: {error}")
    return replace(default, **values)


def _value(hint: Any, text: str, folder: Path) -> Any:  # noqa: ANN401 - any option's type
    """Return ``text`` converted to ``hint``, the type of an option.

    Raises:
        ValueError: it cannot be converted; the message lists what is allowed.
    """
    if Path in (hint, *get_args(hint)):
        if not text and hint is Path:
            raise ValueError("want a folder")
        return _path(text, folder) if text else None
    if hint is bool:
        return _boolean(text)
    value: object = _list(text) if get_origin(hint) is tuple else text
    try:
        number = msgspec.convert(value, hint, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(_allowed(hint) or str(error)) from error
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError(_allowed(hint))
    return number


def _allowed(hint: Any) -> str:  # noqa: ANN401
    """Return what an option of the type ``hint``, or an entry of its list, may be."""
    entry = get_args(hint)[0] if get_origin(hint) is tuple else hint
    metas = [meta for meta in get_args(entry) if isinstance(meta, msgspec.Meta)]
    return next((meta.description for meta in metas if meta.description), "")


def _list(text: str) -> list[str]:
    """Return the entries of a list, each once."""
    return list(dict.fromkeys(entry for part in text.split(",") if (entry := part.strip())))


def _languages(text: str, folder: Path) -> tuple[str, ...]:
    del folder
    codes = [to_language(term) for term in _list(text)]
    if any(not code or code in UNTOLD for code in codes):
        raise ValueError("allowed is ISO 639-2: ger, eng, fre")
    return tuple(dict.fromkeys(codes))


def _weights(text: str, folder: Path) -> str:
    """Return the name of shipped weights, or the path of a file of weights."""
    return str(_path(text, folder)) if text.endswith(_WEIGHTS) else text


def _path(text: str, folder: Path) -> Path:
    try:
        return (folder / Path(text).expanduser()).resolve()
    except RuntimeError as error:
        raise ValueError("there is no such user; write the folder out") from error


def _database(url: str, folder: Path) -> str:
    """Return ``url`` with its SQLite file, if it names one, relative to ``folder``."""
    scheme, _, place = url.partition("://")
    if scheme.partition("+")[0] != "sqlite":
        return url
    name, mark, query = place.partition("?")
    file = unquote(name.removeprefix("/"))
    if not name.startswith("/") or not file or file.startswith((":memory:", "file:")):
        raise ValueError("want a file, which outlives the run: sqlite:///catalog.sqlite")
    if file.startswith("/"):
        return url
    return f"{scheme}:///{quoted(_path(file, folder))}{mark}{query}"


def _boolean(text: str) -> bool:
    states = ConfigParser.BOOLEAN_STATES
    if text.lower() not in states:
        raise ValueError("allowed is yes or no")
    return states[text.lower()]


_SPECIAL: Mapping[str, Callable[[str, Path], object]] = {
    "archive.catalog": _database,
    "separate.weights": _weights,
    "recognize.languages": _languages,
}
"""Options whose text means more than its type says."""


def _contradictions(settings: Settings) -> Iterator[str]:
    """Yield what options say against each other: before the first page, not in a later stage."""
    archive = settings.archive
    if archive.incoming is not None and archive.root.is_relative_to(archive.incoming):
        yield (
            "[archive] incoming holds root; the archive would ingest itself. "
            "Name a folder beside root or below it"
        )
    for entry in settings.recognize.models:
        title, _, models = entry.partition("=")
        if not title.strip() or not models.strip():
            example = "want a title and Tesseract's models: Der Bazar = Fraktur"
            yield f"[recognize] models: {entry!r}: {example}"
    for name in settings.export.profiles:
        profile = profile_of(name)
        if missing := settings.publication.missing(profile.needs):
            yield f"[export] profiles = {name} needs {', '.join(missing)}"
        elif profile.needs_web_addresses and (unusable_options := settings.publication.unusable()):
            unusable = ", ".join(unusable_options)
            yield f"[export] profiles = {name} cannot use {unusable}; {WANTED_ADDRESSES}"
    store = settings.export.schemas
    if store is not None and not SchemaStore(store).is_installed:
        remedy = "bilderbogen schemas install"
        yield f"[export] schemas = {store}: not all are there; {remedy}"


def _guess(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"

"""issue.ini beside the pages: what a librarian knows of an issue, as text to record and back.

::

    [issue]
    # optional: the name of the issue in the archive
    id = bazar-1871-11
    title = Der Bazar
    # 1871, 1871-03 or 1871-03-15
    date = 1871-03-15
    volume = 17
    number = 11
    # ISO 639-2, several separated by commas; mul and und are left out
    language = ger, fre
    # ISO 15924: Latf is Fraktur, Latn antiqua
    script = Latf
    rights = http://creativecommons.org/publicdomain/mark/1.0/
    owner = Example Library
    publisher = L. Schaefer
    place = Berlin ; Leipzig

    [identifiers]
    zdb = 2145643-9

A line that starts with # or ; is a comment; within a line both are text, because libraries write
``Berlin ; Leipzig``. So is a bare %.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from configparser import ConfigParser, Error
from dataclasses import dataclass

from schemas import dates
from schemas.errors import DocumentError
from schemas.languages import UNTOLD, to_language
from schemas.model import Identifier, IssueMetadata, Source

_SCRIPT = re.compile(r"[A-Z][a-z]{3}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_SCHEME = re.compile(r"[^\W_][\w.-]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PLAIN = ("title", "volume", "number", "rights", "owner", "publisher", "place")
_KEYS = ("id", *_PLAIN, "date", "language", "script")
_SECTIONS = ("issue", "identifiers")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What issue.ini says; ``slug`` is empty when it names no id.

    ``notes`` say what was not taken as it stands there.
    """

    metadata: IssueMetadata
    slug: str = ""
    notes: tuple[str, ...] = ()


def read_sidecar(content: bytes, *, name: str) -> Sidecar:
    """Return what ``content`` says.

    Raises:
        DocumentError: naming file, section, key and what is allowed.
    """
    ini = _parse(content, name)
    given = {key: _flat(value) for key, value in ini["issue"].items()}
    for key in given:
        if key not in _KEYS:
            raise DocumentError(f"{name}: [issue] {key} is unknown; known are {', '.join(_KEYS)}")
    identifiers = ini["identifiers"] if ini.has_section("identifiers") else {}
    date, script = given.get("date", ""), given.get("script", "")
    if script and not _SCRIPT.fullmatch(script):
        raise DocumentError(
            f"{name}: [issue] script = {script}: allowed is ISO 15924: Latf or Latn"
        )
    metadata = IssueMetadata(
        **{key: given.get(key, "") for key in _PLAIN},
        date=dates.to_date(date) or dates.first_date(date),
        languages=_languages(name, given.get("language", "")),
        script=script,
        identifiers=_identifiers(name, identifiers),
        source=Source.SIDECAR,
    )
    return Sidecar(metadata, given.get("id", ""), _notes(date, metadata.date))


def _notes(stated: str, date: str) -> tuple[str, ...]:
    """Say how a date was taken that is not written as one date: no date ever costs an issue."""
    if not stated or stated == date or dates.to_date(stated) == date != "":
        return ()
    taken = f"taken as {date}" if date else f"not understood; write it as {dates.ALLOWED}"
    return (f"issue.ini: date = {stated}: {taken}",)


def write_sidecar(metadata: IssueMetadata, *, slug: str = "") -> bytes:
    """Return issue.ini saying ``metadata``; ``read_sidecar`` gives it back.

    Runs of blanks become one, and of two identifiers of one scheme the first is kept: an ini
    file cannot say more.
    """
    ini = _empty()
    values = {"id": slug} | {key: getattr(metadata, key) for key in _PLAIN}
    values |= {
        "date": metadata.date,
        "language": ", ".join(metadata.languages),
        "script": metadata.script,
    }
    ini["issue"] = {key: _flat(value) for key, value in values.items() if value.strip()}
    named: dict[str, str] = {}
    for identifier in metadata.identifiers:
        scheme = "-".join(re.findall(r"[\w.]+", identifier.scheme.lower())).lstrip("_.-") or "local"
        named.setdefault(scheme, _flat(identifier.value))
    if named:
        ini["identifiers"] = named
    text = io.StringIO()
    ini.write(text)
    return text.getvalue().encode()


def _empty() -> ConfigParser:
    # a section [DEFAULT] would lend its keys to both others; no section can have this name
    return ConfigParser(interpolation=None, delimiters=("=",), default_section="\n")


def _parse(content: bytes, name: str) -> ConfigParser:
    ini = _empty()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            f"{name}:{line}: not UTF-8 but perhaps Latin-1 or UTF-16; save it as UTF-8"
        ) from error
    if match := _CONTROL.search(text.replace("\r", "")):
        line = text.count("\n", 0, match.start()) + 1
        raise DocumentError(f"{name}:{line}: holds a control character; remove it")
    try:
        ini.read_string(text, source=name)
    except Error as error:
        raise DocumentError(f"{name}: {' '.join(str(error).split())}") from error
    unknown = set(ini.sections()) - set(_SECTIONS)
    if unknown or "issue" not in ini:
        what = f"[{min(unknown)}] is unknown" if unknown else "[issue] is missing"
        raise DocumentError(f"{name}: {what}; known are [issue], [identifiers]")
    return ini


def _flat(value: str) -> str:
    return " ".join(value.split())


def _languages(name: str, listed_terms: str) -> tuple[str, ...]:
    terms = [term for term in map(str.strip, listed_terms.split(",")) if term]
    for term in terms:
        if not _LANGUAGE.fullmatch(term) or not to_language(term):
            raise DocumentError(
                f"{name}: [issue] language = {term}: allowed is ISO 639-2: ger, eng, fre"
            )
    codes = dict.fromkeys(map(to_language, terms))
    return tuple(code for code in codes if code not in UNTOLD)


def _identifiers(name: str, given: Mapping[str, str]) -> tuple[Identifier, ...]:
    for scheme in given:
        if not _SCHEME.fullmatch(scheme):
            raise DocumentError(
                f"{name}: [identifiers] {scheme}: a scheme is one word such as urn, zdb or issn"
            )
    return tuple(Identifier(key, _flat(value)) for key, value in given.items() if value.strip())

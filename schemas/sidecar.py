"""issue.ini beside the pages: what a librarian knows of an issue, as text to record and back.

::

    [issue]
    id = bazar-1871-11          ; optional: the name of the issue in the archive
    title = Der Bazar
    date = 1871-03-15           ; EDTF: 1871, 1871-03 or 1871-03-15
    volume = 17
    number = 11
    language = ger              ; ISO 639-2, several separated by commas
    script = Latf               ; Latf is Fraktur, Latn antiqua
    rights = http://creativecommons.org/publicdomain/mark/1.0/
    owner = Example Library
    publisher = L. Schaefer
    place = Berlin

    [identifiers]
    zdb = 2145643-9
"""

from __future__ import annotations

import io
import re
from configparser import ConfigParser, Error
from dataclasses import dataclass

from schemas.errors import DocumentError
from schemas.model import Identifier, IssueMetadata, Source

_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_LANGUAGE = re.compile(r"[a-z]{3}")
_SCRIPT = re.compile(r"[A-Z][a-z]{3}")
_PLAIN = ("title", "volume", "number", "rights", "owner", "publisher", "place")
_KEYS = ("id", *_PLAIN, "date", "language", "script")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What issue.ini says; ``slug`` is empty when it names no id."""

    metadata: IssueMetadata
    slug: str = ""


def read_sidecar(content: bytes, *, name: str) -> Sidecar:
    """Return what ``content`` says.

    Raises:
        DocumentError: naming file, section, key and what is allowed.
    """
    ini = _parse(content, name)
    given = dict(ini["issue"]) if ini.has_section("issue") else {}
    for key in given:
        if key not in _KEYS:
            raise DocumentError(f"{name}: [issue] {key} is unknown; known are {', '.join(_KEYS)}")
    identifiers = dict(ini["identifiers"]) if ini.has_section("identifiers") else {}
    languages = tuple(part.strip() for part in given.get("language", "").split(",") if part.strip())
    _check(name, "date", given.get("date", ""), _DATE, "1871, 1871-03 or 1871-03-15")
    _check(name, "script", given.get("script", ""), _SCRIPT, "ISO 15924: Latf or Latn")
    for language in languages:
        _check(name, "language", language, _LANGUAGE, "ISO 639-2: ger, eng, fre")
    metadata = IssueMetadata(
        **{key: given.get(key, "") for key in _PLAIN},
        date=given.get("date", ""),
        languages=languages,
        script=given.get("script", ""),
        identifiers=tuple(Identifier(scheme, value) for scheme, value in identifiers.items()),
        source=Source.SIDECAR,
    )
    return Sidecar(metadata, given.get("id", ""))


def write_sidecar(metadata: IssueMetadata, *, slug: str = "") -> bytes:
    """Return issue.ini saying ``metadata``; ``read_sidecar`` gives it back."""
    ini = ConfigParser(interpolation=None)
    values = {"id": slug} | {key: getattr(metadata, key) for key in _PLAIN}
    values |= {
        "date": metadata.date,
        "language": ", ".join(metadata.languages),
        "script": metadata.script,
    }
    ini["issue"] = {key: value for key, value in values.items() if value}
    if metadata.identifiers:
        ini["identifiers"] = {one.scheme: one.value for one in metadata.identifiers}
    text = io.StringIO()
    ini.write(text)
    return text.getvalue().encode()


def _parse(content: bytes, name: str) -> ConfigParser:
    ini = ConfigParser(interpolation=None, inline_comment_prefixes=(";",))
    try:
        ini.read_string(content.decode("utf-8-sig"), source=name)
    except UnicodeDecodeError as error:
        raise DocumentError(f"{name}: not UTF-8; save it as UTF-8") from error
    except Error as error:
        raise DocumentError(f"{name}: {' '.join(str(error).split())}") from error
    unknown = set(ini.sections()) - {"issue", "identifiers"}
    if unknown:
        raise DocumentError(
            f"{name}: [{min(unknown)}] is unknown; known are [issue], [identifiers]"
        )
    return ini


def _check(name: str, key: str, value: str, form: re.Pattern[str], allowed: str) -> None:
    if value and not form.fullmatch(value):
        raise DocumentError(f"{name}: [issue] {key} = {value}: allowed is {allowed}")

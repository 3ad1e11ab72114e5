"""Dates as EDTF level 0 has them: 1871, 1871-03, 1871-03-15.

Source: https://www.loc.gov/standards/datetime/
"""

from __future__ import annotations

import re
from datetime import date, datetime

ALLOWED = "1871, 1871-03 or 1871-03-15"

_EDTF = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_INSTANT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T.*")
_BASIC = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def is_date(text: str) -> bool:
    """Say whether ``text`` is a day, month or year that exists.

    >>> is_date("1871-03"), is_date("1871-02-29"), is_date("1871-13"), is_date("0000")
    (True, False, False, False)
    """
    found = _EDTF.fullmatch(text)
    if not found:
        return False
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return False
    return True


def is_iso8601(text: str) -> bool:
    """Say whether ``text`` is a date, a time of a day, or an interval of two of them by ISO 8601.

    >>> is_iso8601("2011-05-04T10:00:00Z"), is_iso8601("1871/1872"), is_iso8601("15.3.1871")
    (True, True, False)
    """
    parts = text.split("/")
    return len(parts) <= 2 and all(is_date(part) or _is_day_or_time(part) for part in parts)


def _is_day_or_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return " " not in text  # Python takes one for the T


def to_date(text: str) -> str:
    """Return the date that a catalog wrote its own way, or nothing where it is not one date.

    >>> to_date("03.06.1900"), to_date("18710315"), to_date("[1554]"), to_date("1759-1800")
    ('1900-06-03', '1871-03-15', '1554', '')
    """
    plain = text.strip()
    if plain.startswith("[") and plain.endswith("]"):
        plain = plain[1:-1].strip()
    if found := _INSTANT.fullmatch(plain) or _BASIC.fullmatch(plain):
        plain = f"{found[1]}-{found[2]}-{found[3]}"
    elif found := _DOTTED.fullmatch(plain):
        plain = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    return plain if is_date(plain) else ""

"""Dates as EDTF level 0 has them: 1871, 1871-03, 1871-03-15.

Source: https://www.loc.gov/standards/datetime/
"""

from __future__ import annotations

import re
from datetime import date, datetime

ALLOWED = "1871, 1871-03 or 1871-03-15"

_EDTF = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_SEASON = re.compile(r"([0-9]{4})-(?:2[1-9]|3[0-9]|4[01])")
"""EDTF: 21 to 24 are seasons, 25 to 41 seasons of a hemisphere, quarters and the like."""
_INSTANT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T.*")
_BASIC = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DOTTED = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def is_date(text: str) -> bool:
    """Say whether ``text`` is a day, month or year that exists.

    >>> is_date("1871-03"), is_date("1871-02-29"), is_date("1871-13"), is_date("0000")
    (True, False, False, False)
    """
    match = _EDTF.fullmatch(text)
    if not match:
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
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


def first_date(text: str) -> str:
    """Return a date to search by where ``text`` is not one certain day, month or year.

    A range and a double issue give their beginning; a season and an uncertain year give the year
    (EDTF level 1: 1994-21, 1890?). The result is empty if the text does not begin with a date.

    >>> first_date("1964-07/1964-08"), first_date("1994-21"), first_date("1890?")
    ('1964-07', '1994', '1890')
    >>> first_date("Weihnachten 1890"), first_date("1871-02-30")
    ('', '')
    """
    begin = text.strip().partition("/")[0].rstrip("?~% ")
    if match := _SEASON.fullmatch(begin):
        return match[1]
    return to_date(begin)


def to_date(text: str) -> str:
    """Return the date in a catalog's own notation, or an empty text if it is not one date.

    >>> to_date("03.06.1900"), to_date("18710315"), to_date("[1554]"), to_date("1759-1800")
    ('1900-06-03', '1871-03-15', '1554', '')
    """
    plain = text.strip()
    if plain.startswith("[") and plain.endswith("]"):
        plain = plain[1:-1].strip()
    if match := _INSTANT.fullmatch(plain) or _BASIC.fullmatch(plain):
        plain = f"{match[1]}-{match[2]}-{match[3]}"
    elif match := _DOTTED.fullmatch(plain):
        plain = f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}"
    return plain if is_date(plain) else ""

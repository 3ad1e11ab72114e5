"""Numbers as title pages print them: 17, No. 11, XVII, Heft IV."""

from __future__ import annotations

import re

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_NUMERAL = re.compile(r"\b[IVXLCDM]+\b|^[ivxlcdm]+$")


def first_number(text: str) -> int | None:
    """Return the first number in ``text``, its first four digits or else a Roman numeral, or None.

    >>> first_number("No. 11/12"), first_number("Heft IV"), first_number("Sonderheft")
    (11, 4, None)
    """
    if digits := re.search("[0-9]{1,4}", text):
        return int(digits[0])
    return next(filter(None, map(roman, _NUMERAL.findall(text.strip()))), None)


def roman(text: str) -> int | None:
    """Return the value of a Roman numeral, or None for any other text.

    >>> roman("XVII"), roman("IC")
    (17, None)
    """
    upper = text.upper()
    if not upper or set(upper) - set(_ROMAN):
        return None
    digits = [_ROMAN[c] for c in upper]
    total = sum(-d if d < max(digits[at + 1 :], default=0) else d for at, d in enumerate(digits))
    return total if _to_roman(total) == upper else None


def _to_roman(value: int) -> str:
    steps = (
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    )
    result = ""
    for worth, sign in steps:
        count, value = divmod(value, worth)
        result += sign * count
    return result

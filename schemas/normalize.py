"""Search text: one spelling for what old prints and Tesseract spell in many ways."""

from __future__ import annotations

import re
import unicodedata

HYPHENS = "-⸗¬=\u00ad\u2010"
"""What divides a word at a line's end; in Fraktur it is often read as =."""
_DIVIDED = re.compile(rf"(?<=[^\W\d_])[{HYPHENS}]\s*\n\s*(?=([^\W\d_]))")
_LETTERS = str.maketrans(
    {
        "ſ": "s",
        "ꝛ": "r",
        "⸗": "-",
        "¬": "-",
        "\u00ad": "",
        "ﬆ": "st",
        "ﬅ": "st",
        "æ": "ae",
        "œ": "oe",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "„": '"',
    }
)
_OVER_E = {"a\u0364": "ae", "o\u0364": "oe", "u\u0364": "ue"}
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


def normalize(text: str) -> str:
    r"""Return ``text`` for searching: case, long s, ligatures, umlauts and spaces evened out.

    Umlauts become two letters, so that Mädchen and Maedchen meet; words divided at
    a line's end are joined.

    >>> normalize("Die Mäd⸗\nchen muſſen")
    'die maedchen mussen'
    """
    composed = unicodedata.normalize("NFC", text)
    joined = _DIVIDED.sub(lambda match: "" if match[1].islower() else match[0], composed)
    folded = joined.casefold()
    for old, new in (_OVER_E | _UMLAUTS).items():
        folded = folded.replace(old, new)
    plain = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(bare.split())


def is_divided(end: str, start: str) -> bool:
    """Say whether a word at a line's ``end`` goes on at the ``start`` of the next line.

    >>> is_divided("fran-", "çais"), is_divided("1870-", "71"), is_divided("Schleswig-", "Holstein")
    (True, False, False)
    """
    match = _DIVIDED.search(unicodedata.normalize("NFC", f"{end}\n{start}"))
    return match is not None and match[1].islower()


def printable(text: str) -> str:
    """Return ``text`` without what XML cannot hold: controls, surrogates, non-characters."""
    return "".join(
        c
        for c in text
        if c in "\t\n"
        or (
            c >= " "
            and not "\ud800" <= c <= "\udfff"
            and not "\x7f" <= c <= "\x9f"
            and ord(c) & 0xFFFE != 0xFFFE
        )
    )

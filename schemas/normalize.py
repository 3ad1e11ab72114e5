"""Search text: one spelling for what old prints and Tesseract spell in many ways."""

from __future__ import annotations

import re
import unicodedata

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
    joined = re.sub(r"(?<=\w)[-⸗¬]\s*\n\s*(?=[a-zäöüſß])", "", text)
    folded = unicodedata.normalize("NFC", joined).casefold()
    for old, new in (_OVER_E | _UMLAUTS).items():
        folded = folded.replace(old, new)
    plain = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(bare.split())


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

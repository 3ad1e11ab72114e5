"""Who drew, engraved or photographed a picture: said below it, and kept apart from its caption."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = r"[A-ZÄÖÜÉ][\w.'’&-]*"
_NAME = rf"{_WORD}(?:[ ,]+(?:{_WORD}|von|van|de|du|und|and|et|after|nach|&)){{0,7}}"
_CREDIT = re.compile(
    rf"""(?:^|(?<=[.;,!?)\]—–-])\s*|\s{{2,}})((?:
    (?:half-?tone\ (?:plate|engraving)|engraved|drawn|drawings?|painted|photographs?|etched
      |from\ an?\ (?:photograph|drawing|painting|sketch|engraving|portrait))(?:\ \w+){{0,3}}?\ by
    |photo(?:graphed)?(?:\ by|:|\.)?|copyright,?(?:\ ?\d{{4}},?)?\ by|by\ permission\ of
    |gez(?:eichnet)?\.?\ von|gest(?:ochen)?\.?\ von|holzschnitt(?:\ von|\ nach)?
    |originalzeichnung(?:\ von)?
    |nach\ (?:einer|einem|der|dem)\ (?:\w+\ ){{0,2}}?
      (?:photographie|zeichnung|gem[äa]lde|skizze|bilde?)(?:\ von)?
    |dessin(?:é)?\ (?:de|par)|grav(?:ure|é)\ (?:de|par)
    |d'apr[èe]s\ (?:une?\ |le\ |la\ )?(?:\w+\ )?(?:de|du|par)?
    )\s*[,:]?\s*{_NAME}
    |{_NAME},?\ (?:del|sc|sculp|sculps|pinx|fec|inv|lith)t?\.)""".replace("[ ,]", r"[\ ,]"),
    re.I | re.X,
)
_AT_END = re.compile(r"[\s.,;)\]]*$")


def part_credit(lines: Sequence[str]) -> tuple[str, str]:
    """Return the caption without its credit, and the credit, of the caption's lines.

    A credit stands at the beginning or at the end of a caption, after a full stop or in a line of
    its own: "Drawn by", "Nach einer Photographie von", "Dessin de", "A. Menzel del."

    >>> part_credit(["The harbor at dusk.", "Drawn by Howard Pyle"])
    ('The harbor at dusk.', 'Drawn by Howard Pyle')
    >>> part_credit(["Drawn by lots, the names were read."])
    ('Drawn by lots, the names were read.', '')
    """
    whole = " ".join(line.strip() for line in lines if line.strip())
    for line in lines:
        said = line.strip()
        found = _CREDIT.match(said)
        if found and _AT_END.fullmatch(said[found.end() :]) and _is_named(found[1]):
            rest = " ".join(other.strip() for other in lines if other is not line)
            return " ".join(rest.split()), said
    for found in _CREDIT.finditer(whole):
        if _AT_END.fullmatch(whole[found.end() :]) and found.start() > 0 and _is_named(found[1]):
            return whole[: found.start(1)].strip(), found[1].strip()
    return whole, ""


def _is_named(credit: str) -> bool:
    """Say whether a credit ends in a name: the pattern ignores case, a name does not."""
    words = re.findall(r"[\w.'’&-]+", credit)
    return any(word[:1].isupper() for word in words[1:])

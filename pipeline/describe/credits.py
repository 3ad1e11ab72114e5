"""Who drew, engraved or photographed a picture: said below it, and kept apart from its caption."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = r"[A-ZÄÖÜÀÇÉÈ][\w.'’&-]*"
_NAME = rf"{_WORD}(?:[ ,]+(?:{_WORD}|von|van|de|du|und|and|et|after|nach|&)){{0,7}}"
_CREDIT = re.compile(
    rf"""(?:^|(?<=[.;,!?)\]—–-])\s*|\s{{2,}})((?:(?i:
    (?:half-?tone\ (?:plate|engraving)|engraved|drawn|drawings?|painted|photographs?|etched
      |from\ an?\ (?:photograph|drawing|painting|sketch|engraving|portrait))(?:\ \w+){{0,3}}?\ by
    |photo(?:graph(?:ed|s|ien?)?)?(?:\ by|\ von|:|\.)|photo(?=\s)
    |copyright,?(?:\ ?\d{{4}},?)?\ by|by\ permission\ of
    |gez(?:eichnet)?\.?\ von|gest(?:ochen)?\.?\ von|holzschnitt\ (?:von|nach)
    |originalzeichnung\ von
    |nach\ (?:einer|einem|der|dem)\ (?:\w+\ ){{0,2}}?
      (?:photographie|zeichnung|gem[äa]lde|skizze|bilde?)(?:\ von)?
    |dessin(?:é)?\ (?:de|par)|grav(?:ure|é)\ (?:de|par)
    |d'apr[èe]s\ (?:une?\ |le\ |la\ )?(?:\w+\ )?(?:de|du|par)?
    )\s*[,:]?\s*{_NAME}
    |{_NAME},?\ (?i:(?:del|sc|sculp|sculps|pinx|fec|inv|lith)t?)\.))""".replace("[ ,]", r"[\ ,]"),
    re.X,
)
_OF = re.compile(r"(?:dessin|gravure)\ de\s", re.I)
"""Of somebody, or of something: "Gravure de Mode" alone is what a picture shows."""
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
        if found and _AT_END.fullmatch(said[found.end() :]):
            rest = " ".join(other.strip() for other in lines if other is not line)
            if rest.strip() or not _OF.match(said):
                return " ".join(rest.split()), said
    for found in _CREDIT.finditer(whole):
        if _AT_END.fullmatch(whole[found.end() :]) and found.start() > 0:
            return whole[: found.start(1)].strip(), found[1].strip()
    return whole, ""

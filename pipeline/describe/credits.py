"""Who drew, engraved or photographed a picture: said below it, and kept apart from its caption."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = r"[A-ZÄÖÜÀÇÉÈ][\w.'’&-]*"
_SMALL = r"von|van|v\.|d\.|der|den|de|du|la|le|und|and|et|after|nach|of|at|in|zu|&"
_NAME = rf"{_WORD}(?:[ ,]+(?:{_WORD}|{_SMALL})(?!\w)){{0,7}}"
_CREDIT = re.compile(
    rf"""(?:^|(?<=[.;,!?)\]—–-])\s*|\s{{2,}})((?:(?i:
    (?:half-?tone\ (?:plate|engraving)|engraved|drawn|drawings?|painted|photographs?|etched
      |from\ an?\ (?:photograph|drawing|painting|sketch|engraving|portrait))(?:\ \w+){{0,3}}?\ by
    |photo(?:graph(?:ed|s|ien?)?)?(?:\ by|\ von|:|\.)
    |copyright,?(?:\ ?\d{{4}},?)?\ by|by\ permission\ of
    |gez(?:eichnet)?\.?\ von|gest(?:ochen)?\.?\ von|holzschnitt:
    |(?:holzschnitt|originalzeichnung)\ (?:\w+\ ){{0,3}}?(?:von|nach)
    |nach\ (?:einer|einem|der|dem)\ (?:\w+\ ){{0,2}}?
      (?:photographie|zeichnung|gem[äa]lde|skizze|bilde?)(?:\ von)?
    |dessiné\ (?:de|par)|dessin\ par|gravé\ (?:de|par)|gravure\ par
    |d'apr[èe]s\ (?:une?\ |le\ |la\ )?(?:\w+\ )?(?:de|du|par)?
    )\s*[,:]?\s*(?i:the\ |our\ (?:\w+,?\ ){{0,2}}?|unser(?:em|en|m)?\ (?:\w+\ ){{0,2}}?
      |de[mr]\ )?{_NAME}
    |(?i:(?:dessin|gravure)\ de|photo(?:graph(?:ie)?)?,?)\s{_NAME}
    |{_NAME},?\ (?i:(?:del|sc|sculp|sculps|pinx|fec|inv|lith)t?)\.))""".replace("[ ,]", r"[\ ,]"),
    re.X,
)
_OF = re.compile(r"(?:dessin|gravure)\ de\s|photograph(?:ie)?,?\s|photographien\ von\s", re.I)
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
        text = line.strip()
        match = _CREDIT.match(text)
        if match and _AT_END.fullmatch(text[match.end() :]):
            rest = " ".join(other.strip() for other in lines if other is not line)
            if rest.strip() or not _OF.match(text):
                return " ".join(rest.split()), text
    for match in _CREDIT.finditer(whole):
        if _AT_END.fullmatch(whole[match.end() :]) and match.start() > 0:
            return whole[: match.start(1)].strip(), match[1].strip()
    return whole, ""

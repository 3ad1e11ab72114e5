"""Languages as libraries name them: ISO 639-2/B, three letters.

Source: https://www.loc.gov/standards/iso639-2/
"""

from __future__ import annotations

import re

# 639-2/B, 639-1, the 639-2/T code where it differs, English name
_TABLE = """
alb sq sqi albanian
arm hy hye armenian
baq eu eus basque
bur my mya burmese
chi zh zho chinese
cze cs ces czech
dan da - danish
dut nl nld dutch
eng en - english
est et - estonian
fin fi - finnish
fre fr fra french
frr - - frisian
geo ka kat georgian
ger de deu german
gre el ell greek
hun hu - hungarian
ice is isl icelandic
ita it - italian
lat la - latin
lav lv - latvian
lit lt - lithuanian
ltz lb - luxembourgish
mac mk mkd macedonian
mao mi mri maori
may ms msa malay
nds - - low-german
nor no - norwegian
per fa fas persian
pol pl - polish
por pt - portuguese
rum ro ron romanian
rus ru - russian
slo sk slk slovak
slv sl - slovenian
spa es - spanish
swe sv - swedish
tib bo bod tibetan
wel cy cym welsh
yid yi - yiddish
"""
_CODES = {
    form: row[0]
    for row in map(str.split, _TABLE.strip().splitlines())
    for form in row
    if form != "-"
} | {"frk": "ger"}
"""Every known form to its code; frk is Tesseract's name for German in Fraktur."""
_TAGS = {row[0]: row[1] for row in map(str.split, _TABLE.strip().splitlines()) if row[1] != "-"}
_TERMINOLOGIC = {
    row[0]: row[2] for row in map(str.split, _TABLE.strip().splitlines()) if row[2] != "-"
}
UNTOLD = frozenset({"mis", "mul", "und", "zxx"})
"""Codes of ISO 639-2 that name no language: uncoded, several, undetermined, none."""
_THREE = re.compile(r"[a-z]{3}")


def to_language(term: str) -> str:
    """Return the ISO 639-2/B code of ``term``, or nothing where it names no language we know.

    A code of three letters that is not in the table is taken as it is.

    >>> to_language("de-AT"), to_language("deu"), to_language("French"), to_language("gsw")
    ('ger', 'ger', 'fre', 'gsw')
    >>> to_language("mixed")
    ''
    """
    plain = term.strip().lower()
    main = re.split(r"[-_]", plain)[0]
    known = _CODES.get(plain) or _CODES.get(main)
    return known or (main if _THREE.fullmatch(main) else "")


def to_tag(term: str) -> str:
    """Return the BCP 47 tag of a language, as ALTO, hOCR and IIIF want it, or nothing.

    >>> to_tag("ger"), to_tag("frk"), to_tag("nds"), to_tag("mixed")
    ('de', 'de', 'nds', '')
    """
    code = to_language(term)
    return _TAGS.get(code, code)


def to_terminologic(term: str) -> str:
    """Return the ISO 639-2/T code of a language, as Tesseract names its models, or nothing.

    >>> to_terminologic("dut"), to_terminologic("de"), to_terminologic("dan")
    ('nld', 'deu', 'dan')
    """
    code = to_language(term)
    return _TERMINOLOGIC.get(code, code)

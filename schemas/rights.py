"""Rights statements under the names that each standard has for them.

Sources: https://creativecommons.org, https://rightsstatements.org, DFG METS profile 2.4.
"""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"https?://\S+")
_HTTP = re.compile(r"^https?://(?:www\.(?=creativecommons\.org/))?")
_CC = re.compile(r"^http://creativecommons\.org/licenses/(by(?:-nc)?(?:-nd|-sa)?)/")
_MARK = re.compile(r"^http://creativecommons\.org/publicdomain/(mark|zero)/1\.0(?![^/])")
_STATEMENT = re.compile(
    r"http://(creativecommons\.org/(licenses|publicdomain)|rightsstatements\.org/(vocab|page))/\S+"
)
_DEED = re.compile(r"(?:/(?:(?:deed|legalcode)(?:\.[\w-]+)?)?)?(?:[?#].*)?$")
"""How the page a browser shows goes on after the address of what it is about."""
_PUBLIC_DOMAIN = {
    "pdm": "http://creativecommons.org/publicdomain/mark/1.0/",
    "cc0": "http://creativecommons.org/publicdomain/zero/1.0/",
}
_MARKS = {"mark": "pdm", "zero": "cc0"}
NAMES = frozenset(
    {"pdm", "cc0", "reserved", "cc-by", "cc-by-sa", "cc-by-nd", "cc-by-nc"}
    | {"cc-by-nc-sa", "cc-by-nc-nd"}
)
"""Names of licenses the DFG-Viewer knows."""


def to_license(rights: str) -> str:
    """Return what dv:license may hold for ``rights``: a name, a URL, or nothing.

    >>> to_license("https://creativecommons.org/publicdomain/mark/1.0/deed.de")
    'pdm'
    >>> to_license("http://creativecommons.org/licenses/by-nc-sa/4.0/"), to_license("ask us")
    ('cc-by-nc-sa', '')
    >>> to_license("https://rightsstatements.org/page/InC/1.0/?language=de")
    'http://rightsstatements.org/vocab/InC/1.0/'
    """
    plain = rights.strip()
    uri = _HTTP.sub("http://", plain)
    if match := _CC.match(uri):
        return f"cc-{match[1]}"
    if match := _MARK.match(uri):
        return _MARKS[match[1]]
    if plain in NAMES:
        return plain
    return to_statement(plain) or (plain if _ADDRESS.fullmatch(plain) else "")


def to_statement(rights: str) -> str:
    """Return ``rights`` as a IIIF manifest may hold it, or nothing.

    IIIF wants Creative Commons and rightsstatements.org addresses with http, as they were coined,
    and not the address of the page that explains them.

    >>> to_statement("https://rightsstatements.org/vocab/InC/1.0/")
    'http://rightsstatements.org/vocab/InC/1.0/'
    >>> to_statement("https://creativecommons.org/licenses/by/4.0/deed.de")
    'http://creativecommons.org/licenses/by/4.0/'
    >>> to_statement("pdm"), to_statement("https://example.org/terms")
    ('http://creativecommons.org/publicdomain/mark/1.0/', '')
    """
    plain = rights.strip()
    uri = _PUBLIC_DOMAIN.get(plain) or _HTTP.sub("http://", plain)
    if not is_statement(uri):
        return ""
    coined = _DEED.sub("/", uri, count=1)
    return coined.replace("rightsstatements.org/page/", "rightsstatements.org/vocab/")


def is_statement(uri: str) -> bool:
    """Say whether ``uri`` is an address of Creative Commons or rightsstatements.org with http.

    >>> is_statement("http://creativecommons.org/licenses/by/4.0/"), is_statement("pdm")
    (True, False)
    """
    return _STATEMENT.fullmatch(uri) is not None

"""Rights statements under the names that each standard has for them.

Sources: https://creativecommons.org, https://rightsstatements.org, DFG METS profile 2.4.
"""

from __future__ import annotations

import re

_HTTP = re.compile(r"^https?://")
_CC = re.compile(r"^https?://creativecommons\.org/licenses/(by(?:-nc)?(?:-nd|-sa)?)/")
_STATEMENT = re.compile(
    r"^http://(creativecommons\.org/(licenses|publicdomain)|rightsstatements\.org/(vocab|page))/"
)
_PUBLIC_DOMAIN = {
    "http://creativecommons.org/publicdomain/mark/1.0/": "pdm",
    "http://creativecommons.org/publicdomain/zero/1.0/": "cc0",
}
NAMES = frozenset(
    {"pdm", "cc0", "reserved", "cc-by", "cc-by-sa", "cc-by-nd", "cc-by-nc"}
    | {"cc-by-nc-sa", "cc-by-nc-nd"}
)
"""Names of licenses the DFG-Viewer knows."""


def to_license(rights: str) -> str:
    """Return what dv:license may hold for ``rights``: a name, a URL, or nothing.

    >>> to_license("https://creativecommons.org/publicdomain/mark/1.0/")
    'pdm'
    >>> to_license("http://creativecommons.org/licenses/by-nc-sa/4.0/"), to_license("ask us")
    ('cc-by-nc-sa', '')
    """
    uri = _HTTP.sub("http://", rights.strip())
    if found := _CC.match(uri):
        return f"cc-{found[1]}"
    if name := _PUBLIC_DOMAIN.get(uri):
        return name
    return rights if rights in NAMES or _HTTP.match(rights) else ""


def to_statement(rights: str) -> str:
    """Return ``rights`` as a IIIF manifest may hold it, or nothing.

    IIIF wants Creative Commons and rightsstatements.org addresses with http, as they were coined.

    >>> to_statement("https://rightsstatements.org/vocab/InC/1.0/")
    'http://rightsstatements.org/vocab/InC/1.0/'
    >>> to_statement("pdm"), to_statement("https://example.org/terms")
    ('http://creativecommons.org/publicdomain/mark/1.0/', '')
    """
    names = {name: uri for uri, name in _PUBLIC_DOMAIN.items()}
    uri = names.get(rights.strip()) or _HTTP.sub("http://", rights.strip())
    return uri if _STATEMENT.match(uri) else ""

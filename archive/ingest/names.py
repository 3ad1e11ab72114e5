"""Names of files and folders: in order, as ids, and as reports may print them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path, PurePath

from schemas.errors import is_systemic
from schemas.media_types import PAGE_SUFFIXES
from schemas.model import IssueId

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe"})


@cache
def _natural_key() -> Callable[[str], object]:
    from natsort import natsort_keygen, ns  # commands that only ask sort no files

    return natsort_keygen(alg=ns.INT | ns.IGNORECASE)


def natural(name: str) -> tuple[object, str]:
    """Return a sort key that orders names as people do, suffixes apart from stems.

    >>> sorted(["p10.tif", "p2.tif", "p007-1.tif", "p007.tif"], key=natural)
    ['p2.tif', 'p007.tif', 'p007-1.tif', 'p10.tif']
    >>> sorted(["scan (10).png", "scan (2).png", "scan.png"], key=natural)
    ['scan.png', 'scan (2).png', 'scan (10).png']
    """
    path = PurePath(unicodedata.normalize("NFC", name))
    suffix = path.suffix if path.suffix.lower() in PAGE_SUFFIXES else ""
    return _natural_key()(path.name.removesuffix(suffix)), suffix.lower()


def to_slug(name: str) -> str:
    """Return an issue id for a folder's name.

    >>> to_slug("Der Bazar 1871, Nº 11 (März)")
    'der-bazar-1871-no-11-maerz'
    """
    folded = unicodedata.normalize("NFC", name).lower().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:80].strip("-")
    return slug or f"issue-{sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def suffixed(issue: IssueId, folder: Path) -> IssueId:
    """Return ``issue`` with six hex digits made of the path of ``folder``."""
    path = str(folder.resolve())
    digest = sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
    return IssueId(f"{issue}-{digest[:6]}")


def printable_name(name: str) -> str:
    r"""Return a file's name as it can stand in JSON, XML and a terminal.

    >>> printable_name("new\nline.tif")
    'new\\nline.tif'
    """
    escaped = name.encode("utf-8", "backslashreplace").decode()
    return escaped if escaped.isprintable() else escaped.encode("unicode_escape").decode()


def why_unread(error: Exception) -> str:
    """Return why a file or folder was not read, for the report; raise what hits every one alike."""
    if not isinstance(error, OSError):
        return str(error)
    if is_systemic(error):
        raise error
    return f"cannot be read ({error.strerror}); mend its permissions or take it out"

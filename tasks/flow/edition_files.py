"""The files of an edition: what each is for, where it comes from, its digest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from archive.layout import PublishedNames
from archive.store import place, sha256
from schemas.media_types import type_of_name
from schemas.model import Illustration, Scan
from schemas.published import PublishedFile

_USES = {
    "CUTOUT": PublishedNames.cut_out,
    "CROP": PublishedNames.crop,
    "VIEW": PublishedNames.view,
    "THUMBNAIL": PublishedNames.thumbnail,
    "DESCREENED": PublishedNames.descreened,
}
_OPTIONAL = {"DESCREENED"}
"""Uses that not every illustration has a file for."""
_FULL_SIZE = {"CUTOUT", "CROP"}


def master_file(scan: Scan) -> PublishedFile:
    """Return the master of a page as a file of the edition."""
    return PublishedFile(
        "MASTER",
        str(scan.page),
        scan.path,
        scan.mimetype,
        scan.sha256,
        scan.size_bytes,
        scan.width,
        scan.height,
    )


def place_files(
    cropped: Illustration,
    picture: Illustration,
    *,
    source: PublishedNames,
    unchanged: Callable[[Path], Path],
    draft: PublishedNames,
    edition: Path,
) -> Iterator[PublishedFile]:
    """Place the files of an illustration in an edition; yield them.

    Args:
        cropped: the illustration under the number it was cut out with.
        picture: the illustration under the number it is published with.
        source: where its page was cut.
        unchanged: returns a file there that is as it was made.
        draft: the edition while it is being written.
        edition: the folder of the edition in the end, relative to the archive's root.

    Raises:
        ChangedError: a file that was cut is gone, or has changed since.
    """
    for use, name in _USES.items():
        path, target = name(source, cropped), name(draft, picture)
        if use in _OPTIONAL and not path.exists():
            continue
        place(unchanged(path), target)
        is_full_size = use in _FULL_SIZE
        yield PublishedFile(
            use,
            str(picture),
            str(edition / target.relative_to(draft.folder)),
            type_of_name(target),
            sha256(path),
            path.stat().st_size,
            picture.box.width if is_full_size else 0,
            picture.box.height if is_full_size else 0,
        )

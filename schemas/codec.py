"""Records to JSON and back: the files between stages, checked on the way in.

msgspec validates types and calls each record's ``__post_init__``, so a file that was cut short or
edited by hand is refused with the path of the bad value instead of failing three stages later.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from schemas.errors import DocumentError

T = TypeVar("T")


def to_json(record: Any) -> bytes:  # noqa: ANN401 - any of our records
    """Return ``record`` as indented UTF-8 JSON; the same record gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n"


def from_json(kind: type[T], text: bytes, *, name: str) -> T:
    """Return the record of type ``kind`` that ``text`` holds.

    Raises:
        DocumentError: naming ``name`` and the offending path within it.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise DocumentError(f"{name}: {error}") from error

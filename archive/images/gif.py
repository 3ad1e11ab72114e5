"""The size of a GIF, read from its header.

Pillow sets memory aside for the pictures of a GIF before it decodes them: 4 GB for a file of 89
bytes that claims 65535 x 65535 pixels. Source: GIF89a specification, sections 18 to 24.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO

_HEADER, _DESCRIPTOR = struct.Struct("<6sHHB2x"), struct.Struct("<4HB")
_EXTENSION, _IMAGE = b"!", b","
_HAS_TABLE, _TABLE_BITS = 0x80, 0x07


def gif_size(path: Path) -> tuple[int, int] | None:
    """Return width and height that the screen and the pictures of a GIF claim together.

    None for a file that is no GIF, or that ends early: that is left to its reader.
    """
    with path.open("rb") as stream:
        header = stream.read(_HEADER.size)
        if len(header) < _HEADER.size or header[:6] not in (b"GIF87a", b"GIF89a"):
            return None
        _, width, height, flags = _HEADER.unpack(header)
        _skip_table(stream, flags)
        right, bottom = _edges(stream)
    return max(width, right), max(height, bottom)


def _edges(stream: IO[bytes]) -> tuple[int, int]:
    """Return right and bottom edge of what all pictures cover; 0, 0 if there is none."""
    right = bottom = 0
    while (block := stream.read(1)) in (_EXTENSION, _IMAGE) and block:
        if block == _IMAGE:
            descriptor = stream.read(_DESCRIPTOR.size)
            if len(descriptor) < _DESCRIPTOR.size:
                break
            left, top, width, height, flags = _DESCRIPTOR.unpack(descriptor)
            right, bottom = max(right, left + width), max(bottom, top + height)
            _skip_table(stream, flags)
        stream.seek(1, 1)  # label of an extension, size of a picture's codes
        while length := stream.read(1).ljust(1, b"\0")[0]:
            stream.seek(length, 1)
    return right, bottom


def _skip_table(stream: IO[bytes], flags: int) -> None:
    """Pass over a table of colors, if ``flags`` say that there is one."""
    if flags & _HAS_TABLE:
        stream.seek(3 << (flags & _TABLE_BITS) + 1, 1)

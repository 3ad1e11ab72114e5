"""Kinds of JPEG that are not read, told from the head of the file.

Source: ITU-T T.81, annex B; T.87 for JPEG-LS.
"""

from __future__ import annotations

import struct
from pathlib import Path

_START = b"\xff\xd8\xff"
_HEAD_BYTES = 1 << 20
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that begin a frame: all of C0 to CF but tables and a reserved one."""
_HIERARCHICAL = frozenset({0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF})
_JPEG_LS, _START_OF_SCAN = 0xF7, 0xDA
_BITS = 8


def why_jpeg_is_not_read(path: Path) -> str:
    """Return why the JPEG at ``path`` is not read and what to do, or nothing.

    Nothing for a file that is no JPEG, or damaged before it says what it is.
    """
    with path.open("rb") as stream:
        if stream.read(len(_START)) != _START:
            return ""
        stream.seek(2)
        frame = _frame(stream.read(_HEAD_BYTES))
    if frame is None:
        return ""
    marker, bits = frame
    kind = ""
    if marker == _JPEG_LS:
        kind = "JPEG-LS"
    elif marker in _HIERARCHICAL:
        kind = "hierarchical JPEG"
    elif bits != _BITS:
        kind = f"JPEG of {bits} bits"
    return f"a compression that is not read: {kind}; save it as TIFF" if kind else ""


def _frame(head: bytes) -> tuple[int, int] | None:
    """Return marker and bits of the frame, from the markers after the start of the file."""
    at = 0
    while at + 5 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker in _FRAMES or marker == _JPEG_LS:
            return marker, head[at + 4]
        if marker == 0xFF:  # a filling byte
            at += 1
        elif marker == _START_OF_SCAN:
            return None
        else:
            at += 2 + struct.unpack_from(">H", head, at + 2)[0]
    return None

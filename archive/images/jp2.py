"""What a JPEG 2000 file says of itself, read from its boxes and the head of its codestream.

Sources: ISO/IEC 15444-1 (annexes A and I), 15444-2 (annex M).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
_CODESTREAM = b"\xff\x4f\xff\x51"
"""Markers SOC and SIZ."""
_INCH = 0.0254
_MOST_BOXES = 10_000
_LARGEST_HEADER = 1 << 24
"""Bytes of a header box; the largest profiles have a few millions."""
_ENUMERATED, _PROFILE = 1, (2, 3)
"""Methods of a color box: a number, an ICC profile."""
_READ_COLORS = frozenset({0, 12, 15, 16, 17, 18})
"""Enumerated colors that OpenJPEG and Pillow read right: bitonal, CMYK, sRGB, grey, sYCC."""
_COLORS = {1: "YCbCr", 3: "YCbCr", 4: "YCbCr", 9: "PhotoYCC", 11: "CMY", 13: "YCCK", 14: "Lab"}
_MOST_CHANNELS = 4


@dataclass(frozen=True, slots=True)
class Jp2Header:
    """Size, channels and bits of the picture; ``dpi`` and ``icc`` None where nothing is said.

    ``capture`` and ``display`` are the resolutions of the scanner and for a screen, in dpi.
    ``color`` is the number of an enumerated color, or None.
    """

    size: tuple[int, int]
    channels: int
    bits: int
    is_signed: bool
    capture: float | None = None
    display: float | None = None
    color: int | None = None
    icc: bytes | None = None


def is_jp2(path: Path) -> bool:
    """Say whether the file begins as JPEG 2000 does, in boxes or bare."""
    with path.open("rb") as stream:
        return stream.read(12).startswith((_SIGNATURE, _CODESTREAM))


def jp2_header(path: Path) -> Jp2Header:
    """Return what the file says of itself.

    Raises:
        OSError, ValueError, struct.error: it is damaged.
    """
    with path.open("rb") as stream:
        if stream.read(4) == _CODESTREAM:
            return _of_codestream(stream)
        stream.seek(0, 2)
        boxes = _boxes(stream, 0, stream.tell())
        header: dict[bytes, bytes] = {}
        for kind, start, end in boxes:
            if kind == b"jp2h" and end - start <= _LARGEST_HEADER:
                header = _parts(stream, start, end)
            elif kind == b"jp2c":
                stream.seek(start)
                if stream.read(4) != _CODESTREAM:
                    raise ValueError("no codestream in its box")
                return _with_boxes(_of_codestream(stream), header)
    raise ValueError("no codestream")


def why_jp2_is_not_read(header: Jp2Header) -> str:
    """Return why this kind of JPEG 2000 is not read and what to do, or nothing."""
    kind = ""
    if header.channels > _MOST_CHANNELS:
        kind = f"{header.channels} channels"
    elif header.is_signed:
        kind = f"signed {header.bits}"
    elif header.color is not None and header.color not in _READ_COLORS:
        kind = _COLORS.get(header.color, f"color model {header.color}")
    reason = "a kind of color that is not read in JPEG 2000"
    return f"{reason}: {kind}; save it as RGB or grey" if kind else ""


def _boxes(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of what is in each box between two places of the file."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        stream.seek(start)
        length, kind = struct.unpack(">I4s", stream.read(8))
        head = 8
        if length == 1:
            (length,) = struct.unpack(">Q", stream.read(8))
            head = 16
        stop = end if length == 0 else start + length
        if stop < start + head:
            raise ValueError(f"a box of {length} bytes")
        yield kind, start + head, min(stop, end)
        start = stop


def _parts(stream: BinaryIO, start: int, end: int) -> dict[bytes, bytes]:
    """Return what is in the boxes of the header, those of resolution too; the first of a kind."""
    parts: dict[bytes, bytes] = {}
    for kind, first, last in list(_boxes(stream, start, end)):
        if kind == b"res ":
            parts = _parts(stream, first, last) | parts
        else:
            stream.seek(first)
            parts.setdefault(kind, stream.read(last - first))
    return parts


def _of_codestream(stream: BinaryIO) -> Jp2Header:
    """Return what the marker SIZ says, which ``stream`` stands behind."""
    _, _, right, bottom, left, top = struct.unpack(">HHIIII", stream.read(20))
    stream.seek(16, 1)
    channels, depth = struct.unpack(">HB", stream.read(3))
    if right <= left or bottom <= top or not channels:
        raise ValueError(f"a picture of {right - left} x {bottom - top}")
    bits, is_signed = (depth & 0x7F) + 1, bool(depth & 0x80)
    return Jp2Header((right - left, bottom - top), channels, bits, is_signed)


def _with_boxes(header: Jp2Header, parts: dict[bytes, bytes]) -> Jp2Header:
    color = parts.get(b"colr", b"")
    method = color[0] if len(color) > 2 else 0
    number = int.from_bytes(color[3:7], "big") if method == _ENUMERATED else None
    return Jp2Header(
        header.size,
        header.channels,
        header.bits,
        header.is_signed,
        capture=_dpi(parts.get(b"resc", b"")),
        display=_dpi(parts.get(b"resd", b"")),
        color=number,
        icc=color[3:] if method in _PROFILE else None,
    )


def _dpi(box: bytes) -> float | None:
    """Return the resolution across of a resolution box, which is stated a meter."""
    if len(box) < 10:
        return None
    _, _, number, divisor, _, exponent = struct.unpack(">HHHHbb", box[:10])
    return number / divisor * 10.0**exponent * _INCH if divisor else None

"""TIFF files written byte by byte (TIFF 6.0, section 2): kinds that no library writes."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

_SHORT, _LONG, _BYTE = 3, 4, 1


@dataclass
class DrawnTiff:
    """One image: its tags, and the bytes of its strips or tiles as they lie in the file.

    ``tags`` are numbers to values: whole numbers, or tuples of them, or bytes.
    """

    width: int
    height: int
    segments: list[bytes]
    tags: dict[int, object] = field(default_factory=dict)
    order: str = "<"
    is_tiled: bool = False

    def write(self, path):
        """Write the file; return its path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.bytes())
        return path

    def bytes(self) -> bytes:
        """Return the file."""
        head = b"II*\0" if self.order == "<" else b"MM\0*"
        body, offsets = b"", []
        for segment in self.segments:
            offsets.append(8 + len(body))
            body += segment + b"\0" * (len(segment) % 2)
        counts = tuple(len(segment) for segment in self.segments)
        where = (324, 325) if self.is_tiled else (273, 279)
        tags = {256: self.width, 257: self.height, 259: 1, 262: 1, 277: 1}
        if not self.is_tiled:
            tags[278] = self.height
        tags |= dict(self.tags) | {where[0]: tuple(offsets), where[1]: counts}
        return (
            head
            + struct.pack(f"{self.order}I", 8 + len(body))
            + body
            + self._directory(tags, 8 + len(body))
        )

    def _directory(self, tags, start: int) -> bytes:
        entries, extra = b"", b""
        after = start + 2 + 12 * len(tags) + 4
        for tag, value in sorted(tags.items()):
            kind, values = self._packed(value)
            count = len(values) // {_BYTE: 1, _SHORT: 2, _LONG: 4}[kind]
            if len(values) > 4:
                field_value = struct.pack(f"{self.order}I", after + len(extra))
                extra += values + b"\0" * (len(values) % 2)
            else:
                field_value = values.ljust(4, b"\0")
            entries += struct.pack(f"{self.order}HHI", tag, kind, count) + field_value
        return struct.pack(f"{self.order}H", len(tags)) + entries + b"\0" * 4 + extra

    def _packed(self, value) -> tuple[int, bytes]:
        if isinstance(value, bytes):
            return _BYTE, value
        values = value if isinstance(value, tuple) else (value,)
        is_long = max(values) > 0xFFFF
        code = "I" if is_long else "H"
        return _LONG if is_long else _SHORT, struct.pack(
            f"{self.order}{len(values)}{code}", *values
        )


def packed_bits(values: np.ndarray, bits: int) -> bytes:
    """Return rows of ``values`` (H, n) with ``bits`` each, the highest first, as whole bytes."""
    parted = (values[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(parted.reshape(len(values), -1).astype(np.uint8), axis=1).tobytes()


def low_bit_first(content: bytes) -> bytes:
    """Return the bytes with their bits turned round, as FillOrder 2 stores them."""
    bits = np.unpackbits(np.frombuffer(content, np.uint8), bitorder="little")
    return np.packbits(bits).tobytes()


def compressed(rows: bytes, height: int, compression: str) -> tuple[int, bytes]:
    """Return the number of a compression and ``rows`` packed by it, as libtiff does."""
    stream = io.BytesIO()
    grey = Image.frombytes("L", (len(rows) // height, height), rows)
    grey.save(stream, "TIFF", compression=compression, strip_size=1 << 30)
    with Image.open(stream) as image:
        (start,), (length,) = image.tag_v2[273], image.tag_v2[279]
        return image.tag_v2[259], stream.getvalue()[start : start + length]

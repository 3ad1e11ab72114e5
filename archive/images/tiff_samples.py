"""Samples of TIFFs that Pillow does not know: any bits, any order, any number a pixel.

Strips and tiles are unpacked by libtiff, as Pillow brings it, which finds damaged ones.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from archive.images.tiff_header import TiffHeader
from archive.images.tiff_kinds import FLOAT, YCBCR

AnySamples = NDArray[Any]
"""(H, W, samples) uint8, uint16, uint32 or float32; as stored, not scaled."""
_UNPACKED, _HORIZONTAL, _FLOATING = 1, 2, 3
"""Values of Compression and Predictor."""
_DEFLATED = (8, 32946)
_LOW_BIT_FIRST = 2
_LARGEST, _TILE = 4, 1 << 20
"""How much larger than the image a tile may be, and the pixels of any tile."""
_OF_COLOR = 2
"""Samples of color, Cb and Cr, that a unit of pixels has."""
_ROWS = 256
"""Rows of samples that are held at a time, beside their bytes."""


@dataclass(frozen=True, slots=True)
class Block:
    """Samples of a strip or tile, (h, w, n), and where they lie in the image."""

    top: int
    left: int
    first: int
    samples: AnySamples


def tiff_blocks(path: Path, header: TiffHeader) -> Iterator[Block]:
    """Yield the samples of an image strip by strip or tile by tile, cut to the image.

    Raises:
        OSError, ValueError: damaged.
    """
    packing = header.packing
    width, height = packing.size
    if (
        width < 1
        or height < 1
        or width * height > _LARGEST * (header.width * header.height + _TILE)
    ):
        raise ValueError(f"strips of {width} x {height}")
    across, down = -(-header.width // width), -(-header.height // height)
    planes = header.samples.count if packing.is_planar else 1
    if len(packing.segments) < planes * across * down:
        raise ValueError(f"{len(packing.segments)} strips of {planes * across * down}")
    with path.open("rb") as stream:
        for at, segment in enumerate(packing.segments[: planes * across * down]):
            plane, place = divmod(at, across * down)
            row, column = divmod(place, across)
            top, left = row * height, column * width
            rows = height if packing.is_tiled else min(height, header.height - top)
            shape = _Segment(header, rows, width, 1 if packing.is_planar else header.samples.count)
            for first, samples in shape.parts(_content(stream, segment, shape)):
                inside = samples[: max(0, header.height - top - first), : header.width - left]
                yield Block(top + first, left, plane, inside)


def _content(stream: BinaryIO, segment: tuple[int, int], shape: _Segment) -> Callable[[int], bytes]:
    """Return what gives the next bytes of a strip or tile, without compression."""
    packing = shape.header.packing
    offset, length = segment
    stream.seek(offset)
    if packing.compression == _UNPACKED:
        if 0 < length < shape.size:
            raise ValueError(f"a strip of {length} bytes, not {shape.size}")
        return stream.read
    if packing.compression in _DEFLATED and packing.fill_order != _LOW_BIT_FIRST:
        return _Inflated(stream.read(length)).read
    return _unpacked(stream.read(length), shape)


class _Inflated:
    """Bytes packed by deflate, unpacked as they are read."""

    def __init__(self, content: bytes) -> None:
        self._unpacker = zlib.decompressobj()
        self._rest = content

    def read(self, size: int) -> bytes:
        """Return the next ``size`` bytes, or fewer at the end.

        Raises:
            ValueError: they are damaged.
        """
        parts, missing = [], size
        while missing:
            try:
                part = self._unpacker.decompress(self._rest, missing)
            except zlib.error as error:
                raise ValueError(str(error)) from error
            self._rest = self._unpacker.unconsumed_tail
            if not part:
                break
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A strip or tile of ``rows`` and ``width`` pixels with ``count`` samples each."""

    header: TiffHeader
    rows: int
    width: int
    count: int

    @property
    def unit(self) -> tuple[int, int]:
        """Pixels across and down that share two samples of color, as YCbCr has them; else one."""
        samples = self.header.samples
        return samples.subsampling if samples.photometric == YCBCR else (1, 1)

    @property
    def row_size(self) -> int:
        """Bytes of a row, or of a row of units."""
        across, down = self.unit
        if across * down > 1:
            return -(-self.width // across) * (across * down + _OF_COLOR)
        return -(-self.width * self.count * self.header.samples.depth // 8)

    @property
    def stored_rows(self) -> int:
        """Rows, or rows of units."""
        return -(-self.rows // self.unit[1])

    @property
    def size(self) -> int:
        """Bytes without compression."""
        return self.stored_rows * self.row_size

    def parts(self, content: Callable[[int], bytes]) -> Iterator[tuple[int, AnySamples]]:
        """Yield first row and samples (h, width, count) of some rows at a time."""
        for first in range(0, self.stored_rows, _ROWS):
            height = min(_ROWS, self.stored_rows - first)
            raw = content(height * self.row_size)
            if len(raw) < height * self.row_size:
                raise ValueError(f"its samples end in row {first}")
            yield (
                first * self.unit[1],
                self._samples(np.frombuffer(raw, np.uint8).reshape(height, -1)),
            )

    def _samples(self, rows: NDArray[np.uint8]) -> AnySamples:
        packing = self.header.packing
        if self.unit != (1, 1):
            return _spread(rows, *self.unit)
        if packing.fill_order == _LOW_BIT_FIRST and packing.compression == _UNPACKED:
            rows = np.packbits(np.unpackbits(rows, axis=1, bitorder="little"), axis=1)
        if packing.predictor == _FLOATING:
            rows = self._summed_bytes(rows)
        values = self._values(rows).reshape(len(rows), self.width, self.count)
        if packing.predictor == _HORIZONTAL:
            values = np.cumsum(values, axis=1, dtype=values.dtype)
        return values.astype(np.float32) if values.dtype.kind == "f" else values

    def _values(self, rows: NDArray[np.uint8]) -> AnySamples:
        samples, depth = self.header.samples, self.header.samples.depth
        if samples.formats[0] == FLOAT or depth in (8, 16, 32):
            kind = "f" if samples.formats[0] == FLOAT else "u"
            stored = np.dtype(f"{self.header.packing.order}{kind}{depth // 8}")
            return rows.view(stored).astype(stored.newbyteorder("="), copy=False)
        return _of_bits(rows, depth, self.width * self.count)

    def _summed_bytes(self, rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Undo the predictor of floats (Adobe, TIFF technical note 3)."""
        size = self.header.samples.depth // 8
        sums = np.cumsum(rows.reshape(len(rows), -1, self.count), axis=1, dtype=np.uint8)
        planes = sums.reshape(len(rows), size, self.width * self.count)
        if self.header.packing.order == "<":
            planes = planes[:, ::-1]
        return np.ascontiguousarray(planes.swapaxes(1, 2)).reshape(len(rows), self.row_size)


def _spread(rows: NDArray[np.uint8], across: int, down: int) -> NDArray[np.uint8]:
    """Return (h, w, 3) from rows of units: all their Y, then one Cb and one Cr."""
    units = rows.reshape(len(rows), -1, across * down + _OF_COLOR)
    light = units[..., :-_OF_COLOR].reshape(*units.shape[:2], down, across).swapaxes(1, 2)
    color = units[..., -_OF_COLOR:].repeat(down, axis=0).repeat(across, axis=1)
    return np.dstack([light.reshape(color.shape[:2]), color])


def _of_bits(rows: NDArray[np.uint8], depth: int, count: int) -> AnySamples:
    """Return ``count`` numbers of ``depth`` bits from each row, (h, count)."""
    bits = np.unpackbits(rows, axis=1, count=count * depth).reshape(len(rows), count, depth)
    values = np.zeros((len(rows), count), np.uint8 if depth <= 8 else np.uint16)
    for bit in range(depth):
        values = (values << 1) | bits[..., bit]
    return values


def _unpacked(content: bytes, shape: _Segment) -> Callable[[int], bytes]:
    """Return what gives whole rows of a strip or tile, unpacked by libtiff as grey of an image."""
    packing = shape.header.packing
    tags = {
        256: shape.row_size,
        257: shape.stored_rows,
        258: 8,
        259: packing.compression,
        262: 1,
        266: packing.fill_order,
        273: 8,
        277: 1,
        278: shape.stored_rows,
        279: len(content),
    }
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    padding = b"\0" * (len(content) % 2)
    head = struct.pack("<2sHI", b"II", 42, 8 + len(content) + len(padding))
    tiff = head + content + padding + struct.pack("<H", len(tags)) + directory + bytes(4)
    image = Image.open(io.BytesIO(tiff), formats=("TIFF",))
    image.load()
    return _Rows(image).read


class _Rows:
    """The bytes of a grey image, row by row: Pillow would copy all of them twice over."""

    def __init__(self, image: Image.Image) -> None:
        self._image, self._top = image, 0

    def read(self, size: int) -> bytes:
        """Return the next ``size`` bytes, a number of rows."""
        width = self._image.width
        top, self._top = self._top, self._top + size // width
        return self._image.crop((0, top, width, self._top)).tobytes()

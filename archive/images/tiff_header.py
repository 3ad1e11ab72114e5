"""What a TIFF says of its images, read from their tags without decoding them.

Tags are those of TIFF 6.0 and its supplements.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from PIL.TiffImagePlugin import ImageFileDirectory_v2

_BEGINNINGS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BIG = 43
"""The number of a BigTIFF, in the third byte or the fourth."""
MOST_FRAMES = 10_000
"""Images of a TIFF that are looked at; a file of more is no magazine."""
_LARGEST_SIDE = 1 << 20
"""Pixels a side that no scan has."""
_REDUCED, _NO_PAGE = 2, 0b101
"""SubfileType of a reduced copy; bits of NewSubfileType: a reduced copy, a transparency mask."""
_INCH, _CENTIMETER = 2, 3
"""Values of ResolutionUnit."""


@dataclass(frozen=True, slots=True)
class Samples:
    """How the samples of a pixel are stored.

    Attributes:
        count: samples a pixel, those of the color first.
        bits: of each sample, or of all.
        formats: SampleFormat of each, or of all.
        photometric: PhotometricInterpretation.
        extras: ExtraSamples, what the samples after the color are.
        limits: SMinSampleValue and SMaxSampleValue, if both are there.
        subsampling: YCbCrSubSampling, across and down.
        reference: ReferenceBlackWhite, or nothing.
        inks: InkSet; 1 is CMYK.
        palette: ColorMap as it is stored.
    """

    count: int
    bits: tuple[int, ...]
    formats: tuple[int, ...]
    photometric: int
    extras: tuple[int, ...]
    limits: tuple[float, float] | None
    subsampling: tuple[int, int]
    reference: tuple[float, ...]
    inks: int
    palette: tuple[int, ...]

    @property
    def depth(self) -> int:
        """Bits of the first sample."""
        return self.bits[0]


@dataclass(frozen=True, slots=True)
class Packing:
    """How the samples of an image are packed.

    Attributes:
        order: ``<`` or ``>``, the order of bytes.
        compression: Compression.
        predictor: Predictor.
        fill_order: FillOrder; 2 is the lowest bit first.
        is_planar: a plane a sample.
        is_tiled: tiles, not strips.
        size: width and height of a tile, or of a strip.
        segments: offset and length in bytes of each tile or strip.
    """

    order: str
    compression: int
    predictor: int
    fill_order: int
    is_planar: bool
    is_tiled: bool
    size: tuple[int, int]
    segments: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TiffHeader:
    """One image of a TIFF: its size as it is stored, and how it is stored.

    ``is_page`` is false for a reduced copy and for a mask. ``orientation`` is that of TIFF 6.0,
    ``dpi`` None where the file does not say it.
    """

    width: int
    height: int
    samples: Samples
    packing: Packing
    is_page: bool
    orientation: int
    dpi: float | None
    icc: bytes | None


def is_tiff(path: Path) -> bool:
    """Say whether the file begins as a TIFF does."""
    with path.open("rb") as stream:
        return stream.read(4) in _BEGINNINGS


def tiff_header(path: Path, frame: int = 0) -> TiffHeader:
    """Return the tags of image ``frame`` (from 0).

    Raises:
        EOFError: there is no such image.
        OSError, SyntaxError, TypeError, ValueError, struct.error: damaged, as Pillow says it.
    """
    header = next(tiff_headers(path, first=frame), None)
    if header is None:
        raise EOFError(f"no image {frame + 1}")
    return header


def tiff_headers(path: Path, *, first: int = 0) -> Iterator[TiffHeader]:
    """Yield the tags of every image from ``first`` on, up to ``MOST_FRAMES``.

    Raises:
        As ``tiff_header``.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
        if _BIG in head[2:4]:
            head += stream.read(8)
        for start in islice(_starts(stream, head), first, MOST_FRAMES):
            stream.seek(start)
            tags = ImageFileDirectory_v2(head)
            tags.load(stream)
            yield _header(tags)


def _starts(stream: BinaryIO, head: bytes) -> Iterator[int]:
    """Yield where each directory of tags begins, until one is damaged or comes again."""
    order = ">" if head[:2] == b"MM" else "<"
    count, entry, after = ("Q", 20, "Q") if _BIG in head[2:4] else ("H", 12, "I")
    start, seen = ImageFileDirectory_v2(head).next, set[int]()
    while start and start not in seen:
        seen.add(start)
        yield start
        stream.seek(start)
        (tags,) = struct.unpack(order + count, stream.read(struct.calcsize(count)))
        stream.seek(tags * entry, 1)
        (start,) = struct.unpack(order + after, stream.read(struct.calcsize(after)))


def _header(tags: ImageFileDirectory_v2) -> TiffHeader:
    width, height = _number(tags, 256), _number(tags, 257)
    if not (0 < width < _LARGEST_SIDE and 0 < height < _LARGEST_SIDE):
        raise ValueError("its header is cut off or names no size")
    samples = _samples(tags)
    profile = tags.get(34675)
    return TiffHeader(
        width=width,
        height=height,
        samples=samples,
        packing=_packing(tags, (width, height), samples.count),
        is_page=not (_number(tags, 254) & _NO_PAGE or _number(tags, 255) == _REDUCED),
        orientation=_number(tags, 274, 1),
        dpi=_dpi(tags),
        icc=profile if isinstance(profile, bytes) else None,
    )


def _samples(tags: ImageFileDirectory_v2) -> Samples:
    least, greatest = tags.get(340), tags.get(341)
    return Samples(
        count=_number(tags, 277, 1),
        bits=_numbers(tags, 258) or (1,),
        formats=_numbers(tags, 339) or (1,),
        photometric=_number(tags, 262),
        extras=_numbers(tags, 338),
        limits=(_first(least), _first(greatest)) if least and greatest else None,
        subsampling=_pair(_numbers(tags, 530)),
        reference=tuple(float(value) for value in tags.get(532, ())),
        inks=_number(tags, 332, 1),
        palette=_numbers(tags, 320),
    )


def _packing(tags: ImageFileDirectory_v2, size: tuple[int, int], samples: int) -> Packing:
    is_tiled = 322 in tags
    width, height = size
    rows = _number(tags, 278, height)
    offsets = _numbers(tags, 324 if is_tiled else 273)
    lengths = _numbers(tags, 325 if is_tiled else 279)
    lengths += (0,) * (len(offsets) - len(lengths))
    tile = (_number(tags, 322), _number(tags, 323))
    return Packing(
        order=">" if tags.prefix == b"MM" else "<",
        compression=_number(tags, 259, 1),
        predictor=_number(tags, 317, 1),
        fill_order=_number(tags, 266, 1),
        is_planar=_number(tags, 284, 1) == 2 and samples > 1,
        is_tiled=is_tiled,
        size=tile if is_tiled else (width, min(height, max(1, rows))),
        segments=tuple(zip(offsets, lengths, strict=False)),
    )


def _dpi(tags: ImageFileDirectory_v2) -> float | None:
    unit = _number(tags, 296, _INCH)
    resolution = tags.get(282)
    if not resolution or unit not in (_INCH, _CENTIMETER):
        return None
    return _first(resolution) * (2.54 if unit == _CENTIMETER else 1.0)


def _number(tags: ImageFileDirectory_v2, tag: int, default: int = 0) -> int:
    values = _numbers(tags, tag)
    return values[0] if values else default


def _numbers(tags: ImageFileDirectory_v2, tag: int) -> tuple[int, ...]:
    value = tags.get(tag)
    if value is None or value == b"":
        return ()
    if isinstance(value, bytes | tuple | list):
        return tuple(int(number) for number in value)
    return (int(value),)


def _pair(values: tuple[int, ...]) -> tuple[int, int]:
    return (max(1, values[0]), max(1, values[1])) if len(values) == 2 else (2, 2)


def _first(value: object) -> float:
    first = value[0] if isinstance(value, tuple | list) else value
    return float(first)  # type: ignore[arg-type]

"""Which kinds of TIFF are read, and what the others are called."""

from __future__ import annotations

from archive.images.tiff_header import Samples, TiffHeader

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, MASK, CMYK, YCBCR = range(7)
LAB, ICC_LAB = 8, 9
"""Values of PhotometricInterpretation."""
UNSIGNED, SIGNED, FLOAT, UNDEFINED = 1, 2, 3, 4
"""Values of SampleFormat."""
_ASSOCIATED, _UNASSOCIATED, _OF_COREL_DRAW = 1, 2, 999
"""Values of ExtraSamples that mean alpha: colors times alpha, or as they are."""
_COLORS = {
    WHITE_IS_ZERO: ("grey", 1),
    BLACK_IS_ZERO: ("grey", 1),
    RGB: ("RGB", 3),
    PALETTE: ("palette", 1),
    MASK: ("transparency mask", 1),
    CMYK: ("CMYK", 4),
    YCBCR: ("YCbCr", 3),
    LAB: ("Lab", 3),
    ICC_LAB: ("Lab of ICC", 3),
    10: ("Lab of ITU", 3),
    32803: ("raw of a camera", 1),
    32844: ("LogL", 1),
    32845: ("LogLuv", 3),
    34892: ("linear raw of a camera", 3),
}
"""What each photometric interpretation is called, and the samples of its color."""
_FORMATS = {SIGNED: "signed ", FLOAT: "float ", 5: "complex ", 6: "complex "}
OLD_JPEG, JPEG = 6, 7
_FAX = frozenset({2, 3, 4, 32771})
_GENERAL = frozenset({1, 5, 8, 32946, 32773, 34925, 50000})
"""Compressions of any samples: none, LZW, deflate (two numbers), PackBits, LZMA, ZSTD."""
_LOSSY = frozenset({OLD_JPEG, JPEG, 33003, 33005, 34712, 34892, 50001, 50002, 52546})
_COMPRESSIONS = {
    OLD_JPEG: "old-style JPEG",
    JPEG: "JPEG",
    9: "JBIG (T.85)",
    10: "JBIG (T.43)",
    32766: "NeXT",
    32809: "ThunderScan",
    32908: "PIXAR film",
    32909: "PIXAR log",
    33003: "JPEG 2000 (Aperio)",
    33005: "JPEG 2000 (Aperio)",
    34661: "JBIG",
    34676: "SGI log",
    34677: "SGI log",
    34712: "JPEG 2000",
    34887: "LERC",
    34892: "lossy DNG",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
} | dict.fromkeys(_FAX, "fax")
_PLAIN: dict[int, set[tuple[int, tuple[int, ...]]]] = {
    WHITE_IS_ZERO: {(1, ()), (2, ()), (4, ()), (8, ())},
    BLACK_IS_ZERO: {(1, ()), (2, ()), (4, ()), (8, ()), (32, ()), (8, (0,)), (8, (2,))},
    RGB: {(8, ()), (8, (0,)), (8, (1,)), (8, (2,)), (8, (999,))},
    PALETTE: {(1, ()), (2, ()), (4, ()), (8, ())},
    CMYK: {(8, ())},
    YCBCR: {(8, ())},
}
"""Bits and extra samples of each color that Pillow reads right."""
_FULL_RANGE = (0, 255, 128, 255, 128, 255)
"""ReferenceBlackWhite of Y, Cb and Cr as JPEG has them."""
_LAB_BITS = (8, 16)
_MOST_BITS, _MOST_SAMPLES = 16, 16


def color_samples(samples: Samples) -> int:
    """Return how many samples make the color of a pixel."""
    return _COLORS.get(samples.photometric, ("", samples.count))[1]


def alpha_sample(samples: Samples) -> int | None:
    """Return which sample says how opaque a pixel is; a single one more that nobody describes does.

    The tag is required, but programs leave it out.
    """
    first = color_samples(samples)
    for at, kind in enumerate(samples.extras[: max(0, samples.count - first)]):
        if kind in (_ASSOCIATED, _UNASSOCIATED, _OF_COREL_DRAW):
            return first + at
    return first if not samples.extras and samples.count == first + 1 else None


def is_premultiplied(samples: Samples) -> bool:
    """Say whether colors are stored times their alpha."""
    return _ASSOCIATED in samples.extras


def is_lossy(header: TiffHeader) -> bool:
    """Say whether the samples are not those of the scanner any more."""
    return header.packing.compression in _LOSSY


def color_name(samples: Samples) -> str:
    """Return the kind of color in words, with bits and samples beyond the color.

    ``CMYK 8 + 1``, ``Lab 16``, ``grey signed 16``.
    """
    name = _COLORS.get(samples.photometric, (f"color model {samples.photometric}", 0))[0]
    if samples.photometric == CMYK and not _is_cmyk(samples):
        return f"{samples.count} inks {samples.depth}"
    bits = "/".join(map(str, sorted(set(samples.bits))))
    more = samples.count - color_samples(samples)
    return f"{name} {_FORMATS.get(samples.formats[0], '')}{bits}" + (
        f" + {more}" if more > 0 else ""
    )


def why_not_read(header: TiffHeader) -> str:
    """Return why this kind of TIFF is not read and what to do, or nothing."""
    samples, packing = header.samples, header.packing
    if reason := _compression_not_read(header):
        return f"{reason}; save it with LZW or without compression"
    if samples.photometric == YCBCR and packing.compression in _GENERAL and not _is_full(header):
        return "YCbCr of video, or with a predictor or planes, is not read; save it as RGB"
    if _is_color_read(samples):
        return ""
    return not_read(header)


def not_read(header: TiffHeader) -> str:
    """Return the message that a kind of color is not read."""
    name = color_name(header.samples)
    known = header.samples.photometric in _COLORS
    kind = "a kind of color that is not read" if known else "damaged, or a color that is not known"
    return f"{kind}: {name}; save it as RGB or grey of 8 or 16 bits"


def _is_full(header: TiffHeader) -> bool:
    """Say whether YCbCr without JPEG has values from 0 to 255 and lies pixel by pixel, or unit."""
    reference = header.samples.reference or _FULL_RANGE
    is_full = all(
        abs(value - full) < 1 for value, full in zip(reference, _FULL_RANGE, strict=False)
    )
    packing = header.packing
    is_plain_order = packing.predictor == 1 and packing.fill_order == 1 and not packing.is_planar
    return is_full and is_plain_order and set(header.samples.subsampling) <= {1, 2, 4}


def is_whole(header: TiffHeader, file_size: int) -> bool:
    """Say whether every strip or tile lies in a file of ``file_size`` bytes."""
    segments = header.packing.segments
    return bool(segments) and all(start + length <= file_size for start, length in segments)


def _compression_not_read(header: TiffHeader) -> str:
    samples, compression = header.samples, header.packing.compression
    if compression in _GENERAL:
        return ""
    name = _COMPRESSIONS.get(compression, "")
    if compression in _FAX:
        is_read = samples.depth == 1 and samples.count == 1
    else:
        is_read = compression in (JPEG, OLD_JPEG) and is_plain(header)
    if is_read:
        return ""
    if compression in _FAX or compression in (JPEG, OLD_JPEG):
        return f"{color_name(samples)} packed as {name} is not read"
    if not name:
        return f"damaged, or a compression that is not known: number {compression}"
    return f"a compression that is not read: {name}"


def _is_color_read(samples: Samples) -> bool:
    alike = len(set(samples.bits)) == 1 and len(set(samples.formats)) == 1
    if not alike or not color_samples(samples) <= samples.count <= _MOST_SAMPLES:
        return False
    photometric, bits, kind = samples.photometric, samples.depth, samples.formats[0]
    if photometric in (LAB, ICC_LAB):  # a and b may be called signed
        return bits in _LAB_BITS and kind in (UNSIGNED, SIGNED, UNDEFINED)
    if kind == FLOAT:
        return photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB) and bits in (16, 32, 64)
    if kind not in (UNSIGNED, UNDEFINED):
        return False
    if photometric == CMYK:
        return _is_cmyk(samples) and bits in (8, 16)
    if photometric == YCBCR:
        return bits == 8 and samples.count == 3
    if photometric == PALETTE:
        return bits <= 8 and len(samples.palette) == 3 << bits
    is_grey_32 = photometric == BLACK_IS_ZERO and bits == 32 and samples.count == 1
    return photometric in (WHITE_IS_ZERO, BLACK_IS_ZERO, RGB) and (bits <= _MOST_BITS or is_grey_32)


def _is_cmyk(samples: Samples) -> bool:
    """Say whether the inks are cyan, magenta, yellow and black."""
    return samples.inks == 1 and samples.count - len(samples.extras) in (4, 5)


def is_plain(header: TiffHeader) -> bool:
    """Say whether Pillow reads this kind right; the others are read by ``tiff_samples``."""
    samples, packing = header.samples, header.packing
    is_general = packing.compression in _GENERAL
    is_subsampled = samples.photometric == YCBCR and samples.subsampling != (1, 1)
    if is_general and (packing.is_planar or packing.fill_order != 1 or is_subsampled):
        return False
    if set(samples.formats) != {UNSIGNED} or len(set(samples.bits)) > 1:
        return False
    more = samples.count - color_samples(samples) - len(samples.extras)
    is_alpha_unsaid = samples.photometric == RGB and not samples.extras and more == 1
    kinds = _PLAIN.get(samples.photometric, set())
    return (samples.depth, samples.extras) in kinds and (more == 0 or is_alpha_unsaid)

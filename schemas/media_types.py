"""File formats: media type, suffixes, first bytes, and the names used by PREMIS and Pillow.

The only table of formats in which pages and pictures may arrive. Sources: the IANA registry
of media types, PRONOM for the format keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

TIFF, JPEG, PNG, JP2 = "image/tiff", "image/jpeg", "image/png", "image/jp2"
PDF = "application/pdf"
UNKNOWN_IMAGE = "image/*"


@dataclass(frozen=True, slots=True)
class MediaType:
    """A kind of file.

    Attributes:
        name: the media type.
        suffixes: of file names; files we write get the first one.
        beginnings: bytes that such a file begins with.
        pillow: Pillow's names of the format.
        title: the name of the format, for PREMIS.
        pronom: its PRONOM key, where one key holds for every version.
    """

    name: str
    suffixes: tuple[str, ...]
    beginnings: tuple[bytes, ...] = ()
    pillow: tuple[str, ...] = ()
    title: str = ""
    pronom: str = ""


MEDIA_TYPES = (
    MediaType(
        TIFF,
        (".tif", ".tiff"),
        (b"II*\0", b"MM\0*", b"II+\0"),
        ("TIFF",),
        "Tagged Image File Format",
        "fmt/353",
    ),
    MediaType(
        JPEG,
        (".jpg", ".jpeg", ".jfif", ".jpe"),
        (b"\xff\xd8\xff",),
        ("JPEG", "MPO"),
        "JPEG File Interchange Format",
    ),
    MediaType(PNG, (".png",), (b"\x89PNG\r\n\x1a\n",), ("PNG",), "Portable Network Graphics"),
    MediaType(
        JP2,
        (".jp2", ".j2k", ".jpf", ".jpx", ".j2c", ".jpc"),
        (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
        ("JPEG2000",),
        "JPEG 2000 part 1",
        "x-fmt/392",
    ),
    MediaType("image/bmp", (".bmp",), (b"BM",), ("BMP",)),
    MediaType("image/webp", (".webp",), (), ("WEBP",), "WebP", "fmt/566"),
    MediaType("image/gif", (".gif",), (b"GIF87a", b"GIF89a"), ("GIF",)),
    MediaType("image/avif", (".avif",), (), ("AVIF",), "AV1 Image File Format"),
    MediaType("image/heic", (".heic", ".heif", ".hif"), (), ("HEIF",), "HEIF, HEVC coded"),
    MediaType("image/x-portable-anymap", (".pnm", ".ppm", ".pgm", ".pbm"), (), ("PPM",)),
    MediaType(PDF, (".pdf",), (b"%PDF-",), (), "Portable Document Format"),
)

_BY_NAME = {kind.name: kind for kind in MEDIA_TYPES}
_BY_SUFFIX = {suffix: kind.name for kind in MEDIA_TYPES for suffix in kind.suffixes}
_BY_PILLOW = {name: kind.name for kind in MEDIA_TYPES for name in kind.pillow}

_FTYP = dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1"), "image/heic") | dict.fromkeys(
    (b"avif", b"avis"), "image/avif"
)
"""Brands of files in boxes, by the media type of what is in them."""

_NO_PAGES = {"image/x-portable-anymap"}
"""Kinds that are opened, but not looked for among pages."""

PAGE_SUFFIXES = frozenset(
    suffix for kind in MEDIA_TYPES if kind.name not in _NO_PAGES for suffix in kind.suffixes
)
"""Suffixes of files that may be pages."""

PICTURE_SUFFIXES = PAGE_SUFFIXES - set(_BY_NAME[PDF].suffixes)
"""Suffixes of files that hold pictures and no pages of a document."""

TIFF_SUFFIXES = _BY_NAME[TIFF].suffixes


def type_of_name(name: str | PurePath) -> str:
    """Return the media type that the suffix of ``name`` stands for, or an empty text.

    >>> type_of_name("p0001.TIFF"), type_of_name("notes.txt")
    ('image/tiff', '')
    """
    return _BY_SUFFIX.get(PurePath(name).suffix.lower(), "")


def type_of_bytes(head: bytes) -> str:
    """Return the media type that the first 16 bytes of a file show, or an empty text.

    >>> type_of_bytes(b"RIFF....WEBPVP8 ")
    'image/webp'
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _FTYP:
        return _FTYP[head[8:12]]
    starts = ((kind, begin) for kind in MEDIA_TYPES for begin in kind.beginnings)
    return next((kind.name for kind, begin in starts if head.startswith(begin)), "")


def type_of_pillow(name: str | None) -> str:
    """Return the media type of a format that Pillow calls ``name``.

    >>> type_of_pillow("MPO"), type_of_pillow("XBM")
    ('image/jpeg', 'image/*')
    """
    return _BY_PILLOW.get(name or "", UNKNOWN_IMAGE)


def suffix_of(media_type: str) -> str:
    """Return the suffix of files of ``media_type`` that we write, or nothing.

    >>> suffix_of("image/tiff")
    '.tif'
    """
    kind = _BY_NAME.get(media_type)
    return kind.suffixes[0] if kind else ""


def format_of(media_type: str) -> tuple[str, str]:
    """Return the name of a format and its PRONOM key, which may be empty.

    >>> format_of("image/webp")
    ('WebP', 'fmt/566')
    """
    kind = _BY_NAME.get(media_type)
    return (kind.title or media_type, kind.pronom) if kind else (media_type, "")

"""What is checked before an image file is decoded, and errors that name it."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG

import pi_heif
from PIL import Image, UnidentifiedImageError

from archive.images.gif import gif_size
from schemas.errors import ScanError, is_systemic
from schemas.media_types import MEDIA_TYPES

MAX_BYTES = 4 * 1024**3
_PIXELS_A_BYTE = 20_000
"""Pixels that the pages of a file have for each of its bytes, at most: an empty page of 600 dpi,
packed as a fax with its tags, has 10,000 to 20,000."""
FORMATS = tuple(kind.pillow[0] for kind in MEDIA_TYPES if kind.pillow)
"""What a file may be, whatever its name: Pillow opens many kinds more, and EPS by Ghostscript."""
_MOST_OF_GIF = 300.0
_READ_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    AssertionError,
    Image.DecompressionBombError,
)
"""What Pillow and PDFium raise on damaged files: a TIFF cut in two gives a TypeError."""
_NOT_READ = {
    b"AT&TFORM": "DjVu",
    b"8BPS": "Photoshop",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"%!PS": "PostScript",
    b"Rar!": "RAR",
    b"PK\x03\x04": "ZIP",
    b"7z\xbc\xaf": "7z",
}
"""Beginnings of files that are whole and are not read as images."""
pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a library raises on a damaged file into a ScanError that names it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # odd tags; the pixels are checked
            yield
    except EOFError as error:
        raise ScanError(f"{path}: has no such page; was it replaced?") from error
    except PermissionError as error:
        raise ScanError(f"{path}: may not be read; give the archive's user the right to") from error
    except UnidentifiedImageError as error:
        raise ScanError(f"{path}: {_why_unknown(path)}") from error
    except _READ_ERRORS as error:
        if is_systemic(error):
            raise
        raise ScanError(f"{path}: damaged ({error}); rescan it") from error


def _why_unknown(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(16)
    kind = next((name for begin, name in _NOT_READ.items() if head.startswith(begin)), "")
    if kind:
        return f"{kind} is not an image that is read; convert it to TIFF, or take it out"
    return "damaged or not an image; rescan it or take it out"


def opened_image(path: Path, *, max_megapixels: float = _MOST_OF_GIF) -> Image.Image:
    """Open an image of a kind that is read; its size is known, nothing is decoded.

    A GIF may have ``max_megapixels``: to open it is to set memory aside for its pixels.

    Raises:
        UnidentifiedImageError, …: damaged, or of another kind.
        ScanError: a GIF of more pixels.
    """
    size = gif_size(path)
    if size is not None:
        check_size(path, size, max_megapixels)
    return Image.open(path, formats=FORMATS)


def check_file(path: Path) -> None:
    """Refuse what is no regular file, empty, or too large.

    Raises:
        ScanError: it is so.
    """
    try:
        status = path.lstat()
    except FileNotFoundError as error:
        raise ScanError(f"{path}: is not there; was it moved?") from error
    if path.is_symlink() or not S_ISREG(status.st_mode):
        raise ScanError(f"{path}: not a regular file; links and devices are not followed")
    if status.st_size == 0:
        raise ScanError(f"{path}: empty file; rescan it")
    if status.st_size > MAX_BYTES:
        raise ScanError(f"{path}: {status.st_size} bytes; more than {MAX_BYTES} is not accepted")


def check_total(path: Path, pixels: int, max_megapixels: float) -> None:
    """Refuse a file whose pages claim more ``pixels`` together than its bytes can hold.

    Raises:
        ScanError: they do, and are more than ``max_megapixels``.
    """
    size = path.stat().st_size
    if pixels > max(max_megapixels * 1e6, _PIXELS_A_BYTE * size):
        raise ScanError(
            f"{path}: its pages claim {pixels / 1e6:.0f} megapixels, more than a file of {size} "
            "bytes holds; deliver them as single images"
        )


def check_size(path: Path, size: tuple[int, int], max_megapixels: float) -> None:
    """Refuse an image of ``size`` (width, height), as its header says, if it is too large.

    Raises:
        ScanError: it has more than ``max_megapixels``.
    """
    megapixels = size[0] * size[1] / 1e6
    if megapixels > max_megapixels:
        raise ScanError(
            f"{path}: {size[0]} x {size[1]} is {megapixels:.0f} megapixels, allowed are "
            f"{max_megapixels:g}; raise [ingest] max_megapixels if this is right"
        )

"""PDF files of a few objects, written byte by byte: no library writes the odd ones."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np


@dataclass
class DrawnPdf:
    """One page: images by name, what is drawn, and entries of its dictionary."""

    box: tuple[float, float, float, float]
    content: str
    images: dict[str, np.ndarray] = field(default_factory=dict)
    entries: str = ""
    image_entries: str = ""
    copies: int = 1
    annotations: tuple[str, ...] = ()
    catalog: str = ""

    def write(self, path):
        """Write the file; return its path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.bytes())
        return path

    def bytes(self) -> bytes:
        """Return the file."""
        names = " ".join(f"/{name} {6 + at} 0 R" for at, name in enumerate(self.images))
        first = 6 + len(self.images)
        notes = " ".join(f"{first + at} 0 R" for at in range(len(self.annotations)))
        box = " ".join(map(str, self.box))
        page = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R/Annots[{notes}]{self.entries}"
            f"/Resources<</XObject<<{names}>>/Font<</F 5 0 R>>>>>>"
        )
        kids = "3 0 R " * self.copies
        objects = [
            f"<</Type/Catalog/Pages 2 0 R{self.catalog}>>".encode(),
            f"<</Type/Pages/Kids[{kids}]/Count {self.copies}>>".encode(),
            page.encode(),
            _stream("", self.content.encode()),
            b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>",
            *(_image(pixels, self.image_entries) for pixels in self.images.values()),
            *(note.encode() for note in self.annotations),
        ]
        return _numbered(objects)


def _image(pixels: np.ndarray, entries: str) -> bytes:
    height, width = pixels.shape[:2]
    space = "DeviceRGB" if pixels.ndim == 3 else "DeviceGray"
    keys = (
        f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/{space}"
        f"/BitsPerComponent 8{entries}"
    )
    if "/Filter" in entries:
        return _stream(keys, pixels.tobytes())
    return _stream(f"{keys}/Filter/FlateDecode", zlib.compress(pixels.tobytes(), 1))


def _stream(keys: str, content: bytes) -> bytes:
    return f"<<{keys}/Length {len(content)}>>stream\n".encode() + content + b"\nendstream"


def _numbered(objects: list[bytes]) -> bytes:
    out, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)

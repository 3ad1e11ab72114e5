"""JPEG 2000, HEIC, AVIF, WebP, GIF, BMP and what is named as not read."""

from __future__ import annotations

import base64
import io
import resource
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from archive.images.facts import image_quality, image_size
from archive.images.images import load_image
from archive.ingest.register import Acceptance, register
from archive.ingest.sources import discover
from archive.layout import Layout
from schemas.errors import ScanError
from schemas.media_types import type_of_bytes
from tests.conftest import draw_page

HEIC = base64.b85decode(
    b"0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0004fZDn*}000000000XXk=`10000000000aA{+7000000000"
    b"00000000000B57=IV*mgE07O6l0RRC200001p#T8@000000021v001LtX>Mi!000000RR916=`l}WdZ;I000"
    b"310BCk&F#rGn01j|zbZr0t000010002}X>f9I0002pX>en20001XXm(>m0RwOV0058x000009`FGC{rLC*01"
    b"pFT0096PKmiN^|NjGU00093kN^M!000939=ZZRVE_RDDnbDP18@KU0|1Z!00RI30{|YNAb|yz>g1-mxCm%4A"
    b"OHXZ10VnZ0{|gn00967L;=Bbz=;3=025<xY;ta6Y<K_x01W^JfB*mh6lrsCWdHyG00000KmY&$KmY&$C}V74"
    b"Z~y=RC;$Ke0RR91JOBUy0ssI1=l}o!0{{R2`~Uy|0ssI25O8UDX#fBK00RgJ2mk;87-?{AVE_OC000000RRC"
    b"7fdT^sga7~lL2YDVbN~PVH7EhE6M*IkfByKhO!w&M^+YS23eUp}8yDt$=*eZ*Pe=kteJ>w5wG<IZy8-;EJIW"
    b"=l`fd"
)
"""``BAR``, written by libheif with x265: nothing that is installed here writes HEIC."""
PAGE = draw_page(height=240, width=160)
BAR = np.full((60, 40, 3), 255, np.uint8)
BAR[:20, :20] = 0


def box(kind, content):
    return struct.pack(">I4s", 8 + len(content), kind) + content


def resolution(kind, dpi, *, exponent=0):
    number = round(dpi / 0.0254 / 10**exponent)
    return box(kind, struct.pack(">HHHHbb", number, 1, number, 1, exponent, exponent))


def jp2(path, *, header=b"", colr=None, image=None):
    """A JP2 with more boxes in its header, or with another color box."""
    Image.fromarray(PAGE if image is None else image).save(path, irreversible=False)
    content = path.read_bytes()
    start = content.index(b"jp2h") - 4
    length = int.from_bytes(content[start : start + 4], "big")
    inner = content[start + 8 : start + length]
    if colr is not None:
        at = inner.index(b"colr") - 4
        inner = inner[:at] + box(b"colr", colr)
    rest = content[start + length :]
    path.write_bytes(content[:start] + box(b"jp2h", inner + header) + rest)
    return path


@pytest.mark.parametrize("suffix", [".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"])
def test_jpeg_2000_is_read_under_every_name_it_goes_by(tmp_path, suffix):
    codestream = suffix in (".j2k", ".j2c", ".jpc")
    folder = tmp_path / "in" / "lamp-1908"
    folder.mkdir(parents=True)
    path = folder / f"p1{suffix}"
    Image.fromarray(PAGE).save(path, "JPEG2000", no_jp2=codestream)
    (source,) = discover(folder).issues
    (scan,) = register(source, Layout(tmp_path / "archive"), Acceptance()).issue.scans
    assert (scan.width, scan.height, scan.mimetype, scan.bits) == (160, 240, "image/jp2", 8)
    assert np.array_equal(load_image(path).rgb, PAGE)


CAPTURE, DISPLAY = (lambda dpi, k=kind: resolution(k, dpi) for kind in (b"resc", b"resd"))


@pytest.mark.parametrize(
    ("boxes", "dpi"),
    [
        (CAPTURE(150), 150),
        (DISPLAY(150), 150),
        (DISPLAY(300) + CAPTURE(600), 600),
        (CAPTURE(300) + DISPLAY(72), 300),
        (CAPTURE(2) + DISPLAY(400), 400),
        (DISPLAY(72), None),
        (DISPLAY(96), None),
        (resolution(b"resc", 300, exponent=2), 300),
        (box(b"resc", bytes(10)), None),
    ],
)
def test_the_resolution_of_jpeg_2000_is_the_scanners_before_that_of_a_screen(tmp_path, boxes, dpi):
    path = jp2(tmp_path / "p.jp2", header=box(b"res ", boxes))
    assert load_image(path).dpi == (dpi and pytest.approx(dpi, rel=0.005))


def test_a_profile_in_jpeg_2000_is_heeded(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = load_image(jp2(tmp_path / "p.jp2", colr=b"\2\0\0" + profile))
    assert image.had_icc and abs(image.rgb.astype(int) - PAGE).max() <= 2


@pytest.mark.parametrize(("number", "name"), [(14, "Lab"), (13, "YCCK"), (99, "color model 99")])
def test_a_color_that_is_not_read_in_jpeg_2000_is_named(tmp_path, number, name):
    path = jp2(tmp_path / "p.jp2", colr=b"\1\0\0" + struct.pack(">I", number))
    with pytest.raises(ScanError, match=f"not read in JPEG 2000: {name}; save it as RGB"):
        load_image(path)


def test_the_size_of_a_codestream_counts_whatever_its_boxes_say(tmp_path):
    path = tmp_path / "p.jp2"
    Image.fromarray(PAGE).save(path)
    content = path.read_bytes()
    at = content.index(b"\xff\x4f\xff\x51") + 8
    path.write_bytes(content[:at] + struct.pack(">II", 60_000, 60_000) + content[at + 8 :])
    with pytest.raises(ScanError, match="60000 x 60000 is 3600 megapixels"):
        load_image(path)


@pytest.mark.parametrize("at", range(0, 120, 3))
def test_a_damaged_jpeg_2000_is_named(tmp_path, at):
    path = tmp_path / "p.jp2"
    Image.fromarray(PAGE).save(path, irreversible=False)
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)
    try:
        assert load_image(path, max_megapixels=1).rgb.ndim == 3
    except ScanError as error:
        assert "p.jp2" in str(error)


# ---- other kinds


KINDS = [
    ("p.gif", "GIF", "image/gif"),
    ("p.webp", "WEBP", "image/webp"),
    ("p.bmp", "BMP", "image/bmp"),
    ("p.jfif", "JPEG", "image/jpeg"),
    ("p.jpe", "JPEG", "image/jpeg"),
    ("p.avif", "AVIF", "image/avif"),
]


@pytest.mark.parametrize(("name", "kind", "media_type"), KINDS)
def test_other_images_are_pages_too(tmp_path, name, kind, media_type):
    folder = tmp_path / "in" / "lamp-1908"
    folder.mkdir(parents=True)
    Image.fromarray(PAGE).save(folder / name, kind)
    (source,) = discover(folder).issues
    issue = register(source, Layout(tmp_path / "archive"), Acceptance()).issue
    assert not issue.quarantined
    (scan,) = issue.scans
    assert (scan.width, scan.height, scan.mimetype) == (160, 240, media_type)
    assert abs(load_image(folder / name).rgb.astype(int) - PAGE).mean() < 12
    assert type_of_bytes((folder / name).read_bytes()[:16]) == media_type


@pytest.mark.parametrize(("name", "kind"), [("p.webp", "WEBP"), ("p.avif", "AVIF")])
def test_orientation_is_applied_once_in_every_kind(tmp_path, name, kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(BAR).save(tmp_path / name, kind, exif=exif, quality=95)
    image = load_image(tmp_path / name).rgb
    assert image.shape == (40, 60, 3) and image[:15, 45:].mean() < 40
    assert image_size(tmp_path / name) == (60, 40)


@pytest.mark.parametrize(("name", "kind"), [("p.gif", "GIF"), ("p.webp", "WEBP"), ("p.png", "PNG")])
def test_an_animation_is_refused_and_not_taken_for_its_first_picture(tmp_path, name, kind):
    frames = [Image.fromarray(np.full((20, 20), 40 * n, np.uint8)) for n in range(4)]
    frames[0].save(tmp_path / name, kind, save_all=True, append_images=frames[1:])
    with pytest.raises(ScanError, match="holds several pictures, as an animation does"):
        load_image(tmp_path / name)


@pytest.mark.parametrize(
    ("marker", "bits", "kind"),
    [(0xC0, 12, "JPEG of 12 bits"), (0xC5, 8, "hierarchical JPEG"), (0xF7, 8, "JPEG-LS")],
)
def test_a_kind_of_jpeg_that_is_not_read_is_not_called_damaged(tmp_path, marker, bits, kind):
    path = tmp_path / "p.jpg"
    Image.fromarray(PAGE).save(path)
    content = bytearray(path.read_bytes())
    at = content.index(b"\xff\xc0")
    content[at + 1], content[at + 4] = marker, bits
    path.write_bytes(content)
    with pytest.raises(ScanError, match=f"a compression that is not read: {kind}; save it as TIFF"):
        load_image(path)


def with_size(kind, mark, after, size):
    """An image of ``kind`` whose header says ``size``, which stands ``after`` bytes behind a mark."""
    stream = io.BytesIO()
    Image.new("RGB", (20, 20)).save(stream, kind)
    content = bytearray(stream.getvalue())
    at = content.index(mark) + after
    content[at : at + len(size)] = size
    return content


@pytest.mark.parametrize(
    ("kind", "mark", "after", "size"),
    [
        ("GIF", b"GIF87a", 6, struct.pack("<HH", 65_000, 65_000)),
        ("BMP", b"BM", 18, struct.pack("<ii", 65_000, 65_000)),
        ("WEBP", b"\x9d\x01\x2a", 3, struct.pack("<HH", 16_383, 16_383)),
    ],
)
def test_sizes_are_refused_from_the_header(tmp_path, kind, mark, after, size):
    (tmp_path / "page.x").write_bytes(with_size(kind, mark, after, size))
    with pytest.raises(ScanError, match=r"page\.x: .* megapixels, allowed are 100"):
        load_image(tmp_path / "page.x", max_megapixels=100)


def test_heic_of_telephones_is_read(tmp_path):
    folder = tmp_path / "in" / "lamp-1908"
    folder.mkdir(parents=True)
    (folder / "p.heic").write_bytes(HEIC)
    (source,) = discover(folder).issues
    (scan,) = register(source, Layout(tmp_path / "archive"), Acceptance()).issue.scans
    assert (scan.width, scan.height, scan.mimetype) == (40, 60, "image/heic")
    image = load_image(folder / "p.heic").rgb
    assert image[:15, :15].mean() < 20 and image[30:].mean() > 240
    assert image_size(folder / "p.heic") == (40, 60)
    (folder / "p.heic").write_bytes(HEIC[:-40])
    with pytest.raises(ScanError, match=r"p\.heic: damaged"):
        load_image(folder / "p.heic")


@pytest.mark.parametrize("suffix", [".djvu", ".jxl", ".psd", ".dng"])
def test_a_delivery_of_a_kind_that_is_not_read_is_refused_by_name(tmp_path, suffix):
    folder = tmp_path / "lamp-1908"
    folder.mkdir()
    (folder / f"p1{suffix}").write_bytes(b"AT&TFORM" + bytes(90))
    (refused,) = discover(folder).refused
    assert f"p1{suffix}: {suffix} is not read; convert it to TIFF or PDF" in refused.reason
    Image.fromarray(PAGE).save(folder / "p2.png")
    (source,) = discover(folder).issues
    assert [q.name for q in source.refused] == [f"p1{suffix}"]


@pytest.mark.parametrize(
    ("begin", "name"), [(b"AT&TFORM", "DjVu"), (b"8BPS\0\1", "Photoshop"), (b"\xff\x0a", "JPEG XL")]
)
def test_a_kind_under_the_suffix_of_another_is_named_for_what_it_is(tmp_path, begin, name):
    (tmp_path / "p.tif").write_bytes(begin + bytes(200))
    with pytest.raises(ScanError, match=f"p.tif: {name} is not an image that is read; convert it"):
        load_image(tmp_path / "p.tif")


@pytest.mark.parametrize("claim", ["screen", "picture", "second picture"])
@pytest.mark.parametrize("measure", [image_quality, image_size, load_image])
def test_a_gif_that_claims_billions_of_pixels_is_refused_from_its_header(tmp_path, claim, measure):
    """Pillow would set gigabytes aside as it opens the file."""
    large = (65535, 65535)
    screen = large if claim == "screen" else (8, 8)
    pictures = [
        large if claim == "picture" else (8, 8),
        large if claim == "second picture" else (8, 8),
    ]
    path = tmp_path / "bomb.gif"
    path.write_bytes(
        b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6)
        + b"".join(
            b"!\xf9\x04\x08\0\0\0\0," + struct.pack("<4HB", 0, 0, *size, 0) + b"\x02\x02\x44\x01\0"
            for size in pictures
        ) + b";"
    )  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ScanError, match="65535 x 65535 is 4295 megapixels"):
        measure(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10

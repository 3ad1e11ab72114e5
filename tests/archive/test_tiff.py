"""Kinds of TIFF that scanners and programs write: read right, or refused with the true reason."""

from __future__ import annotations

import io
import tracemalloc

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from archive.images.facts import image_quality, image_size, page_frames
from archive.images.images import load_image
from archive.images.sixteen_bit import load_tiff
from archive.ingest.register import Acceptance, register
from archive.ingest.sources import discover
from archive.layout import Layout
from schemas.errors import ScanError
from tests.archive.drawn_tiff import DrawnTiff, compressed, low_bit_first, packed_bits
from tests.conftest import draw_page

RNG = np.random.default_rng(0)
W, H = 37, 29
"""No multiple of anything that strips, tiles and bytes are."""
ORDERS = ("<", ">")


def shades(*shape, bits=8):
    return RNG.integers(0, 1 << bits, (H, W, *shape))


def three(grey):
    return np.dstack([grey] * 3)


def seen(tiff, tmp_path):
    return load_image(tiff.write(tmp_path / "page.tif"))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("fill_order", [1, 2])
@pytest.mark.parametrize(
    ("bits", "photometric"),
    [
        (bits, photometric)
        for bits in (1, 2, 3, 4, 6, 7, 8, 10, 12, 14, 16)
        for photometric in (0, 1, 3)
        if bits <= 8 or photometric != 3
    ],
)
def test_any_number_of_bits_is_read_in_any_order(tmp_path, bits, photometric, fill_order, order):
    values = shades(bits=bits)
    stored = values.astype(f"{order}u2").tobytes() if bits == 16 else packed_bits(values, bits)
    tags = {258: bits, 262: photometric, 266: fill_order}
    share = values / ((1 << bits) - 1)
    expected = three(255 * (1 - share if photometric == 0 else share))
    if photometric == 3:
        palette = RNG.integers(0, 256, (3, 1 << bits))
        tags[320] = tuple((palette * 257).ravel().tolist())
        expected = palette[:, values].transpose(1, 2, 0)
    stored = low_bit_first(stored) if fill_order == 2 else stored
    image = seen(DrawnTiff(W, H, [stored], tags, order), tmp_path)
    assert abs(image.rgb - expected).max() <= 1 and image.bits == bits


COMPRESSIONS = ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "lzma", "zstd"]
KINDS = {
    "grey + alpha 16": (1, 2, 16, (2,)),
    "grey + premultiplied 8": (1, 2, 8, (1,)),
    "white is zero + alpha 8": (0, 2, 8, (2,)),
    "RGB + infrared 16": (2, 4, 16, (0,)),
    "RGB + alpha + 1 8": (2, 5, 8, (2, 0)),
    "CMYK + alpha 8": (5, 5, 8, (2,)),
    "CMYK 16": (5, 4, 16, ()),
    "CMYK + alpha 16": (5, 5, 16, (2,)),
    "RGB 12": (2, 3, 12, ()),
    "RGB 4": (2, 3, 4, ()),
}


def expected_rgb(values, photometric, depth, extras):
    """What Pillow makes of the same colors in eight bits, over white."""
    eight = np.floor(values / ((1 << depth) - 1) * 255.999 if depth < 8 else values >> (depth - 8))
    eight = eight.astype(np.uint8)
    count = {0: 1, 1: 1, 2: 3, 5: 4}[photometric]
    alpha = next((eight[..., count + at] for at, kind in enumerate(extras) if kind in (1, 2)), None)
    colors = eight[..., :count]
    if photometric == 0:
        colors = 255 - colors
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[count]
    rgb = Image.frombytes(mode, (W, H), np.ascontiguousarray(colors).tobytes()).convert("RGB")
    rgb = np.asarray(rgb).astype(float)
    if alpha is None:
        return rgb
    share = alpha[..., None] / 255
    return rgb + 255 * (1 - share) if 1 in extras else rgb * share + 255 * (1 - share)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("is_planar", [False, True])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", KINDS)
def test_colors_with_more_than_their_samples_are_read(
    tmp_path, kind, order, is_planar, compression
):
    photometric, count, depth, extras = KINDS[kind]
    values = shades(count, bits=depth)
    if 1 in extras:
        values[..., 0] = values[..., 0] * values[..., 1] // 255
    planes = [values[..., at] for at in range(count)] if is_planar else [values.reshape(H, -1)]
    segments, number = [], 1
    for plane in planes:
        raw = plane.astype(f"{order}u{depth // 8}").tobytes() if depth % 8 == 0 else None
        raw = packed_bits(plane, depth) if raw is None else raw
        if compression != "raw":
            number, raw = compressed(raw, H, compression)
        segments.append(raw)
    tags = {258: (depth,) * count, 259: number, 262: photometric, 277: count}
    tags |= {284: 2 if is_planar else 1} | ({338: extras} if extras else {})
    image = seen(DrawnTiff(W, H, segments, tags, order), tmp_path)
    assert abs(image.rgb - expected_rgb(values, photometric, depth, extras)).max() <= 2
    assert image.bits == depth


@pytest.mark.parametrize("tile", [(16, 16), (32, 16), (64, 64)])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_tiles_are_put_together(tmp_path, tile, planes, depth, compression):
    values = shades(3, bits=depth).astype(f"u{depth // 8}")
    stored = np.moveaxis(values, -1, 0) if planes == "separate" else values
    tifffile.imwrite(
        tmp_path / "page.tif",
        np.ascontiguousarray(stored),
        photometric="rgb",
        planarconfig=planes,
        tile=tile,
        compression=compression,
        predictor=compression is not None,
        metadata=None,
    )
    assert np.array_equal(load_image(tmp_path / "page.tif").rgb, values >> (depth - 8))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("is_icc", [False, True])
def test_lab_looks_as_it_was(tmp_path, depth, is_icc):
    page = Image.fromarray(draw_page(height=120, width=90))
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = np.asarray(ImageCms.applyTransform(page, to_lab))
    lightness, a, b = (lab[..., at].view(kind).astype(int) for at, kind in enumerate("Bbb"))
    if depth == 16:
        scale = (0xFF00 if is_icc else 0xFFFF) / 255
        lightness, a, b = np.round(lightness * scale).astype(int), a * 256, b * 256
    if is_icc:
        a, b = (plane + (1 << (depth - 1)) for plane in (a, b))
    stored = np.dstack([lightness, a, b]).astype(np.int32) & ((1 << depth) - 1)
    tags = {258: (depth,) * 3, 262: 9 if is_icc else 8, 277: 3}
    image = seen(DrawnTiff(90, 120, [stored.astype(f"<u{depth // 8}").tobytes()], tags), tmp_path)
    assert abs(image.rgb.astype(int) - np.asarray(page)).mean() < 2


@pytest.mark.parametrize(
    ("depth", "predictor"), [(16, False), (32, False), (64, False), (32, True)]
)
def test_floats_keep_their_tones(tmp_path, depth, predictor):
    values = (0.2 + 0.6 * RNG.random((H, W))).astype(f"f{depth // 8}")
    if predictor:
        planes = values.astype(">f4").view(np.uint8).reshape(H, W, 4).swapaxes(1, 2)
        rows = np.ascontiguousarray(planes).reshape(H, -1)
        rows = np.diff(rows.astype(int), axis=1, prepend=0).astype(np.uint8)
        number, content = compressed(rows.tobytes(), H, "tiff_lzw")
        tags = {258: 32, 259: number, 262: 1, 317: 3, 339: 3}
        DrawnTiff(W, H, [content], tags).write(tmp_path / "page.tif")
    else:
        tifffile.imwrite(tmp_path / "page.tif", values, photometric="minisblack")
    assert abs(load_image(tmp_path / "page.tif").rgb[..., 0] - 255.0 * values).max() <= 1


@pytest.mark.parametrize(("low", "high"), [(0, 255), (-3, 4)])
def test_floats_whose_white_is_not_known_are_refused_unless_the_file_says_it(tmp_path, low, high):
    values = RNG.uniform(low, high, (H, W)).astype(np.float32)
    path = tmp_path / "page.tif"
    tifffile.imwrite(path, values, photometric="minisblack", metadata=None)
    with pytest.raises(ScanError, match="floats from .* what is white is not known; save it with"):
        load_image(path)
    limits = [(340, "f", 1, float(low), True), (341, "f", 1, float(high), True)]
    tifffile.imwrite(path, values, photometric="minisblack", metadata=None, extratags=limits)
    expected = (values - low) / (high - low) * 255
    assert abs(load_image(path).rgb[..., 0] - expected).max() <= 1


@pytest.mark.parametrize("fill_order", [1, 2])
@pytest.mark.parametrize("photometric", [0, 1])
@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt"])
def test_faxes_are_read_in_any_order_of_bits(tmp_path, compression, photometric, fill_order):
    ink = RNG.random((H, W)) < 0.3
    stream = io.BytesIO()
    Image.fromarray(ink).save(stream, "TIFF", compression=compression)
    with Image.open(stream) as image:
        stored = image.tag_v2
    (start,), (length,) = stored[273], stored[279]
    content = stream.getvalue()[start : start + length]
    tags = {258: 1, 259: stored[259], 262: photometric, 266: fill_order}
    tags |= {tag: stored[tag] for tag in (292, 293) if tag in stored}
    tiff = DrawnTiff(W, H, [low_bit_first(content) if fill_order == 2 else content], tags)
    is_white = ink if photometric == stored[262] else ~ink
    assert np.array_equal(seen(tiff, tmp_path).rgb[..., 0], 255 * is_white.astype(np.uint8))


def jpeg(subsampling=0):
    page = Image.fromarray(draw_page(height=96, width=128))
    stream = io.BytesIO()
    page.save(stream, "JPEG", quality=95, subsampling=subsampling)
    return np.asarray(page), stream.getvalue()


@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize("compression", [6, 7])
def test_jpeg_in_a_tiff_is_read_old_and_new(tmp_path, compression, subsampling):
    page, content = jpeg(subsampling)
    sampling = (2, 2) if subsampling else (1, 1)
    tags = {258: (8, 8, 8), 259: compression, 262: 6, 277: 3, 530: sampling}
    if compression == 6:
        tags |= {512: 1, 513: 8, 514: len(content)}
    image = seen(DrawnTiff(128, 96, [content], tags), tmp_path)
    assert abs(image.rgb.astype(int) - page).mean() < 12


def test_ycbcr_of_full_size_is_read(tmp_path):
    values = shades(3).astype(np.uint8)
    tags = {258: (8, 8, 8), 262: 6, 277: 3, 530: (1, 1)}
    expected = np.asarray(Image.fromarray(values, "YCbCr").convert("RGB")).astype(int)
    image = seen(DrawnTiff(W, H, [values.tobytes()], tags), tmp_path)
    assert abs(image.rgb - expected).max() <= 2


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
@pytest.mark.parametrize(("across", "down"), [(2, 2), (2, 1), (4, 4), (4, 1), (1, 2)])
def test_ycbcr_of_fewer_colors_than_pixels_is_read(tmp_path, across, down, compression):
    light, color = shades().astype(np.uint8), shades(2).astype(np.uint8)[::down, ::across]
    spread = color.repeat(down, axis=0).repeat(across, axis=1)[:H, :W]
    values = np.dstack([light, spread])
    rows, columns = len(color) * down, color.shape[1] * across
    padded = np.pad(light, ((0, rows - H), (0, columns - W)))
    units = padded.reshape(len(color), down, -1, across).swapaxes(1, 2)
    units = np.dstack([units.reshape(*color.shape[:2], -1), color])
    number, content = 1, units.tobytes()
    if compression != "raw":
        number, content = compressed(content, len(color), compression)
    tags = {258: (8, 8, 8), 259: number, 262: 6, 277: 3, 530: (across, down)}
    expected = np.asarray(Image.fromarray(values, "YCbCr").convert("RGB")).astype(int)
    image = seen(DrawnTiff(W, H, [content], tags), tmp_path)
    assert abs(image.rgb - expected).max() <= 2


@pytest.mark.parametrize("extras", [(), (2,)])
@pytest.mark.parametrize("depth", [8, 16])
def test_a_page_that_is_transparent_all_over_is_shown(tmp_path, depth, extras):
    values = shades(4, bits=depth)
    values[..., 3] = 0
    tags = {258: (depth,) * 4, 262: 2, 277: 4} | ({338: extras} if extras else {})
    tiff = DrawnTiff(W, H, [values.astype(f"<u{depth // 8}").tobytes()], tags)
    assert np.array_equal(seen(tiff, tmp_path).rgb, values[..., :3] >> (depth - 8))


def test_black_and_white_stored_as_eight_bits_is_no_black_page(tmp_path):
    values = (shades() > 60).astype(np.uint8)
    tiff = DrawnTiff(W, H, [values.tobytes()], {258: 8})
    assert np.array_equal(seen(tiff, tmp_path).rgb[..., 0], 255 * values)


# ---- refused with the true reason

GREY_8 = {258: 8}
REFUSED = {
    "grey signed 8": ({258: 8, 339: 2}, "kind of color that is not read: grey signed 8"),
    "grey signed 16": ({258: 16, 339: 2}, "kind of color that is not read: grey signed 16"),
    "complex": ({258: 64, 339: 6}, "kind of color that is not read: grey complex 64"),
    "grey 24": ({258: 24}, "kind of color that is not read: grey 24"),
    "mixed": ({258: (5, 6, 5), 262: 2, 277: 3}, "not read: RGB 5/6"),
    "six inks": ({258: (8,) * 6, 262: 5, 277: 6, 332: 2}, "not read: 6 inks 8"),
    "mask": ({258: 1, 262: 4}, "not read: transparency mask 1"),
    "camera": ({258: 8, 262: 32803}, "not read: raw of a camera 8"),
    "LogLuv": ({258: (16,) * 3, 262: 32845, 277: 3}, "not read: LogLuv 16"),
    "Lab of ITU": ({258: (8,) * 3, 262: 10, 277: 3}, "not read: Lab of ITU 8"),
    "YCbCr": ({258: (8,) * 3, 262: 6, 277: 3, 284: 2, 530: (2, 2)}, "YCbCr of video, or with"),
    "JBIG": (GREY_8 | {259: 34661}, "a compression that is not read: JBIG; save it with LZW"),
    "T.85": (GREY_8 | {259: 9}, r"a compression that is not read: JBIG \(T.85\)"),
    "JPEG 2000": (GREY_8 | {259: 34712}, "a compression that is not read: JPEG 2000"),
    "WebP": (GREY_8 | {259: 50001}, "a compression that is not read: WebP"),
    "JPEG XL": (GREY_8 | {259: 50002}, "a compression that is not read: JPEG XL"),
    "LERC": (GREY_8 | {259: 34887}, "a compression that is not read: LERC"),
    "ThunderScan": ({258: 4, 259: 32809}, "a compression that is not read: ThunderScan"),
    "JPEG 12": ({258: 12, 259: 7}, "grey 12 packed as JPEG is not read"),
    "fax of 8": (GREY_8 | {259: 4}, "grey 8 packed as fax is not read"),
    "palette": ({258: 8, 262: 3}, "not read: palette 8"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_read_is_refused_with_the_true_reason(tmp_path, kind):
    tags, reason = REFUSED[kind]
    with pytest.raises(ScanError, match=reason) as caught:
        seen(DrawnTiff(W, H, [bytes(W * H * 24)], tags), tmp_path)
    assert "damaged" not in str(caught.value) and "page.tif: " in str(caught.value)


def test_old_jpeg_that_libtiff_does_not_know_is_said_so(tmp_path):
    tags = {258: (8, 8, 8), 259: 6, 262: 6, 277: 3, 512: 14, 530: (2, 2)}
    with pytest.raises(ScanError, match="old-style JPEG") as caught:
        seen(DrawnTiff(64, 48, [bytes(3000)], tags), tmp_path)
    assert "save it" in str(caught.value)


def test_a_kind_that_is_not_read_costs_only_its_page_and_is_named_for_what_it_is(tmp_path):
    path = DrawnTiff(W, H, [bytes(2 * W * H)], {258: 16, 339: 2}).write(tmp_path / "page.tif")
    assert page_frames(path) == (0,) and image_size(path) == (W, H)
    assert image_quality(path) == (W * H, 16, True)


def test_pages_that_an_older_release_refused_come_in_by_themselves(tmp_path, monkeypatch):
    folder, layout = tmp_path / "in" / "lamp-1908", Layout(tmp_path / "archive")
    DrawnTiff(W, H, [bytes(W * H)], {258: 8}).write(folder / "1.tif")
    DrawnTiff(W, H, [bytes(5 * W * H)], REFUSED["six inks"][0] | {277: 5}).write(folder / "2.tif")
    (source,) = discover(folder).issues
    assert register(source, layout, Acceptance()).issue.quarantined
    assert not register(source, layout, Acceptance()).is_new
    monkeypatch.setattr("archive.images.tiff.why_not_read", lambda header: "")
    assert not register(source, layout, Acceptance()).is_new
    monkeypatch.setattr("archive.ingest.register.READING", 99)
    again = register(source, layout, Acceptance())
    assert again.is_new and len(again.issue.scans) == 2


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_strip_that_was_cut_is_damage_in_every_kind(tmp_path, compression, share):
    raw, number = shades(5).astype(np.uint8).tobytes(), 1
    if compression != "raw":
        number, raw = compressed(raw, H, compression)
    tags = {258: (8,) * 5, 259: number, 262: 5, 277: 5, 338: 2}
    cut = DrawnTiff(W, H, [raw[: round(len(raw) * share)]], tags)
    with pytest.raises(ScanError, match=r"page\.tif: damaged"):
        seen(cut, tmp_path)
    whole = DrawnTiff(W, H, [raw], tags).write(tmp_path / "page.tif")
    content = whole.read_bytes()
    whole.write_bytes(content[:8] + content[8 + len(raw) // 2 :])  # what follows is not the tags
    with pytest.raises(ScanError, match=r"page\.tif"):
        load_image(whole)


def test_flipped_bytes_give_a_scan_error_and_nothing_else(tmp_path):
    values = shades(5, bits=16).astype("<u2")
    tags = {258: (16,) * 5, 262: 5, 277: 5, 338: 2}
    content = DrawnTiff(W, H, [values.tobytes()], tags).bytes()
    head = len(values.tobytes()) + 8
    for at in [*range(16), *range(head, len(content))]:
        for flip in (0x01, 0x80, 0xFF):
            bad = bytearray(content)
            bad[at] ^= flip
            (tmp_path / "page.tif").write_bytes(bad)
            try:
                image = load_image(tmp_path / "page.tif", max_megapixels=1)
            except ScanError as error:
                assert "page.tif" in str(error)
            else:
                assert image.rgb.ndim == 3


def test_a_large_size_is_refused_before_a_byte_is_read(tmp_path):
    tags = {258: (16,) * 5, 262: 5, 277: 5, 338: 2}
    path = DrawnTiff(60_000, 60_000, [b"x"], tags).write(tmp_path / "page.tif")
    tracemalloc.start()
    with pytest.raises(ScanError, match="60000 x 60000 is 3600 megapixels"):
        load_image(path)
    assert tracemalloc.get_traced_memory()[1] < 4e6
    tracemalloc.stop()


def test_many_large_images_in_a_small_file_are_refused_before_one_is_decoded(tmp_path):
    path = DrawnTiff(16_000, 16_000, [bytes(99)], {258: 1, 259: 4}).write(tmp_path / "page.tif")
    content = path.read_bytes()
    start = int.from_bytes(content[4:8], "little")
    directory = content[start:-4]
    for _ in range(49):
        content = content[:-4] + (len(content)).to_bytes(4, "little") + directory + bytes(4)
    path.write_bytes(content)
    with pytest.raises(ScanError, match="its pages claim 12800 megapixels, more than a file of"):
        page_frames(path)


def test_a_chain_of_images_that_bites_its_tail_ends(tmp_path):
    path = DrawnTiff(W, H, [bytes(W * H)], {258: 8}).write(tmp_path / "page.tif")
    content = bytearray(path.read_bytes())
    start = int.from_bytes(content[4:8], "little")
    after = start + 2 + 12 * int.from_bytes(content[start : start + 2], "little")
    content[after : after + 4] = start.to_bytes(4, "little")
    path.write_bytes(content)
    assert page_frames(path) == (0,)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
@pytest.mark.parametrize("depth", [12, 16])
def test_deep_pages_keep_their_bits_whatever_lies_beside_their_color(tmp_path, depth, compression):
    values = shades(2, bits=depth)
    raw, number = packed_bits(values.reshape(H, -1), depth), 1
    if depth == 16:
        raw = values.astype("<u2").tobytes()
    if compression != "raw":
        number, raw = compressed(raw, H, compression)
    tags = {258: (depth, depth), 259: number, 262: 1, 277: 2, 338: 0}
    pixels, _ = load_tiff(DrawnTiff(W, H, [raw], tags).write(tmp_path / "p.tif"), frame=0)
    assert np.array_equal(pixels, three(values[..., 0] * 65535 // ((1 << depth) - 1)))

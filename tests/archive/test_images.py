import struct

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from archive.images.facts import page_frames
from archive.images.images import (
    load_image,
    load_labels,
    load_planes,
    save_planes,
    save_png,
    save_tiff,
)
from archive.images.loaded import srgb_profile
from archive.images.pdf import count_pages
from schemas.errors import ScanError
from tests.conftest import draw_page

GREY = np.asarray(Image.fromarray(draw_page(height=300, width=200)).convert("L"))


def variants(folder):
    """Every kind of page a scanner delivers, named."""
    rgb, grey = Image.fromarray(draw_page(height=300, width=200)), Image.fromarray(GREY)
    bitonal = grey.convert("1")
    sixteen = Image.fromarray(GREY.astype(np.uint16) * 257)
    files = {
        "g4.tif": lambda p: bitonal.save(p, compression="group4", dpi=(300, 300)),
        "grey8.tif": lambda p: grey.save(p, compression="tiff_lzw", dpi=(300, 300)),
        "grey16.tif": lambda p: sixteen.save(p, dpi=(300, 300)),
        "rgb.tif": lambda p: rgb.save(p, dpi=(300, 300)),
        "jpeg.tif": lambda p: rgb.save(p, compression="jpeg", dpi=(300, 300)),
        "cmyk.tif": lambda p: rgb.convert("CMYK").save(p, dpi=(300, 300)),
        "page.jpg": lambda p: rgb.save(p, quality=92, dpi=(300, 300)),
        "page.png": lambda p: rgb.save(p, dpi=(300, 300)),
        "palette.png": lambda p: rgb.convert("P").save(p, dpi=(300, 300)),
        "alpha.png": lambda p: rgb.convert("RGBA").save(p, dpi=(300, 300)),
        "page.jp2": lambda p: rgb.save(p),
        "page.pdf": lambda p: rgb.save(p, resolution=300),
    }
    for name, save in files.items():
        save(folder / name)
    return files


def test_every_kind_of_scan_looks_the_same(tmp_path):
    for name in variants(tmp_path):
        image = load_image(tmp_path / name)
        assert image.rgb.shape == (300, 200, 3), name
        least = 60 if name == "g4.tif" else 20  # wrong polarity is 130
        assert abs(image.rgb.mean(axis=2) - GREY).mean() < least, name
        if not name.endswith(".jp2"):
            assert image.dpi == pytest.approx(300, abs=2), name
    assert load_image(tmp_path / "grey16.tif").bits == 16
    assert load_image(tmp_path / "g4.tif").bits == 1


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "jp2"])
def test_a_truncated_scan_is_refused(tmp_path, suffix):
    path = tmp_path / f"page.{suffix}"
    Image.fromarray(draw_page()).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ScanError, match=f"page.{suffix}"):
        load_image(path)


def test_flipped_bytes_are_not_accepted_in_silence(tmp_path):
    path = tmp_path / "page.tif"
    save_tiff(path, draw_page(), dpi=300)
    content = bytearray(path.read_bytes())
    for at in range(len(content) // 3, len(content) // 3 + 40):
        content[at] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ScanError):
        load_image(path)


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"/etc/passwd\n"])
def test_what_is_no_image_is_refused_and_named(tmp_path, content):
    path = tmp_path / "page.jpg"
    path.write_bytes(content)
    with pytest.raises(ScanError, match="page.jpg"):
        load_image(path)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(path)
    with pytest.raises(ScanError, match="400 megapixels, allowed are 300"):
        load_image(path)


def test_links_are_not_followed(tmp_path):
    (tmp_path / "link.tif").symlink_to("/etc/passwd")
    with pytest.raises(ScanError, match="links"):
        load_image(tmp_path / "link.tif")


@pytest.mark.parametrize("orientation", [3, 6, 8])
@pytest.mark.parametrize("suffix", ["jpg", "tif"])
def test_exif_orientation_is_applied_once(tmp_path, orientation, suffix):
    page = np.full((60, 40, 3), 255, np.uint8)
    page[:20, :20] = 0  # top left, as stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"page.{suffix}"
    Image.fromarray(page).save(path, exif=exif, quality=95)
    image = load_image(path).rgb
    assert image.shape[:2] == ((60, 40) if orientation == 3 else (40, 60))
    dark = {3: image[45:, 25:], 6: image[:15, 45:], 8: image[25:, :15]}[orientation]
    assert dark.mean() < 30


@pytest.mark.parametrize("dpi", [1, 2.54, 99999])
def test_a_nonsense_resolution_counts_as_unknown(tmp_path, dpi):
    path = tmp_path / "page.tif"
    Image.fromarray(GREY).save(path, dpi=(dpi, dpi))
    assert load_image(path).dpi is None


@pytest.mark.parametrize(("height", "dpi"), [(2100, None), (1900, 72.0)])
def test_the_resolution_of_a_screen_is_none_of_a_large_scan(tmp_path, height, dpi):
    path = tmp_path / "page.png"
    Image.new("L", (100, height), 240).save(path, dpi=(72, 72))
    assert load_image(path).dpi == (dpi and pytest.approx(dpi, abs=0.1))


def test_a_broken_profile_does_not_cost_the_page(tmp_path):
    path = tmp_path / "page.png"
    Image.fromarray(draw_page()).save(path, icc_profile=b"nonsense")
    assert load_image(path).rgb.shape == (900, 640, 3)


def test_a_profile_is_converted_and_said_so(tmp_path):
    path = tmp_path / "page.tif"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(draw_page()).save(path, icc_profile=profile)
    image = load_image(path)
    assert image.had_icc and image.icc == load_image(path).icc
    assert abs(image.rgb.astype(int) - draw_page()).max() <= 2


def test_pages_of_a_tiff_and_a_pdf_are_with_kinds(tmp_path):
    first, second = (Image.fromarray(draw_page(n, height=300, width=200)) for n in (1, 2))
    first.save(tmp_path / "two.tif", save_all=True, append_images=[second])
    first.save(tmp_path / "two.pdf", save_all=True, append_images=[second], resolution=200)
    assert page_frames(tmp_path / "two.tif") == (0, 1)
    assert count_pages(tmp_path / "two.pdf") == 2
    for name in ("two.tif", "two.pdf"):
        result, other = (load_image(tmp_path / name, frame=n).rgb for n in (0, 1))
        assert abs(result.astype(int) - other).mean() > 1
        with pytest.raises(ScanError):
            load_image(tmp_path / name, frame=2)


def test_a_damaged_pdf_is_refused(tmp_path):
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7\n" + struct.pack("<I", 7) * 30)
    with pytest.raises(ScanError, match="x.pdf"):
        load_image(tmp_path / "x.pdf")


@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 3), (7, 5, 4), (1, 1), (300, 1000, 3)])
def test_png_comes_back_pixel_by_pixel_with_resolution_and_profile(tmp_path, shape):
    pixels = np.random.default_rng(3).integers(0, 256, shape, dtype=np.uint8)
    path, profile = tmp_path / "page.png", srgb_profile()
    save_png(path, pixels, dpi=299.9994, icc=profile)
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), pixels)
        assert image.info["icc_profile"] == profile and round(image.info["dpi"][0]) == 300
    save_png(tmp_path / "again.png", np.asfortranarray(pixels), dpi=299.9994, icc=profile)
    assert (tmp_path / "again.png").read_bytes() == path.read_bytes()


def test_planes_come_back_within_one_step(tmp_path):
    planes = np.random.default_rng(0).random((5, 20, 30)).astype(np.float32)
    save_planes(tmp_path / "p.png", planes)
    assert abs(load_planes(tmp_path / "p.png", 5) - planes).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize("share", np.linspace(0.05, 0.95, 19))
def test_a_tiff_of_pages_cut_anywhere_is_refused_or_whole(tmp_path, share):
    pages = [Image.fromarray(draw_page(n, height=90, width=60)) for n in range(3)]
    path = tmp_path / "cut.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    path.write_bytes(path.read_bytes()[: round(path.stat().st_size * share)])
    try:
        frames = page_frames(path)
        results = [load_image(path, frame=frame).rgb for frame in frames]
    except ScanError as error:
        assert "cut.tif" in str(error)
    else:
        assert all(rgb.shape == (90, 60, 3) for rgb in results)


def test_reduced_copies_and_masks_in_a_tiff_are_no_pages(tmp_path):
    page = draw_page(height=120, width=80)
    path = tmp_path / "pyramid.tif"
    with tifffile.TiffWriter(path) as writer:
        for copy, kind in ((page, 0), (page[::2, ::2], 1), (page[::4, ::4], 1), (page, 2)):
            writer.write(copy, subfiletype=kind, photometric="rgb", metadata=None)
    assert page_frames(path) == (0, 3)
    assert load_image(path, frame=3).rgb.shape == (120, 80, 3)


@pytest.mark.parametrize("bits", [8, 16])
def test_white_is_zero_is_no_negative(tmp_path, bits):
    path = tmp_path / "page.tif"
    stored = (255 - GREY).astype(np.uint16) * 257 if bits == 16 else 255 - GREY
    tifffile.imwrite(path, stored, photometric="miniswhite", metadata=None)
    assert abs(load_image(path).rgb[..., 0].astype(int) - GREY).max() <= 1


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_planes_of_sixteen_bits_are_put_together(tmp_path, compression):
    page = draw_page(height=120, width=80)
    path = tmp_path / "page.tif"
    planes = np.ascontiguousarray(page.transpose(2, 0, 1)).astype(np.uint16) * 257
    tifffile.imwrite(
        path, planes, photometric="rgb", planarconfig="separate", compression=compression
    )
    image = load_image(path)
    assert np.array_equal(image.rgb, page) and image.bits == 16


def test_more_than_sixteen_bits_are_refused(tmp_path):
    path = tmp_path / "page.tif"
    tifffile.imwrite(path, GREY.astype(np.uint32) * 16843009 // 2, photometric="minisblack")
    with pytest.raises(ScanError, match="page.tif: has values beyond 16 bits"):
        load_image(path)


def test_a_pdf_whose_page_is_gone_is_refused(tmp_path):
    path = tmp_path / "two.pdf"
    pages = [Image.fromarray(draw_page(n, height=90, width=60)) for n in range(2)]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=100)
    content = path.read_bytes()
    path.write_bytes(
        content.replace(b"/Type /Page\n", b"/Type /Pagx\n").replace(b"/Count 2", b"/Count 9")
    )
    for number in range(count_pages(path)):
        try:
            assert load_image(path, frame=number).rgb.ndim == 3
        except ScanError as error:
            assert "two.pdf" in str(error)
    with pytest.raises(ScanError, match=r"two.pdf: page 9 is damaged|two.pdf: has no page 9"):
        load_image(path, frame=8)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"<html>"])
def test_a_broken_label_map_is_named(tmp_path, content):
    (tmp_path / "p1.png").write_bytes(content)
    with pytest.raises(ScanError, match=r"p1\.png"):
        load_labels(tmp_path / "p1.png")

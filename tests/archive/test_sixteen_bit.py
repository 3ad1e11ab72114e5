"""Sixteen bits a channel, TIFF cut-outs, and halftones without their screen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from archive.catalog.catalog import Catalog
from archive.images.images import load_image
from archive.images.loaded import srgb_profile
from archive.images.sixteen_bit import load_tiff, save_png, save_tiff
from pipeline.refine.descreen import descreened, find_screen
from pipeline.refine.sixteen_bit import decode_png, deep_cut_out, encode_png
from pipeline.synthesis.pictures import SUBJECTS, screen
from schemas.errors import ScanError
from schemas.model import IssueId
from tasks.__main__ import main
from tasks.config_file import load

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 65536, (40, 30, 3), dtype=np.uint16)


@pytest.mark.parametrize("channels", [3, 4])
def test_png_and_tiff_of_sixteen_bits_come_back_as_they_were(tmp_path, channels):
    pixels = RNG.integers(0, 65536, (20, 30, channels), dtype=np.uint16)
    save_png(tmp_path / "a.png", encode_png(pixels), dpi=300, icc=srgb_profile())
    save_tiff(tmp_path / "a.tif", pixels, dpi=300, icc=srgb_profile())
    assert (decode_png((tmp_path / "a.png").read_bytes(), name="a") == pixels[..., :3]).all()
    assert (load_tiff(tmp_path / "a.tif", frame=0)[0] == pixels[..., :3]).all()
    for name in ("a.png", "a.tif"):
        with Image.open(tmp_path / name) as image:
            image.load()
            assert round(float(image.info["dpi"][0])) == 300
            assert image.info["icc_profile"] == srgb_profile()


def test_the_same_pixels_give_the_same_tiff(tmp_path):
    for name in ("a.tif", "b.tif"):
        save_tiff(tmp_path / name, PIXELS, dpi=300)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_grey_and_inverted_pages_are_read_as_they_look(tmp_path):
    grey = PIXELS[..., 0]
    tifffile.imwrite(tmp_path / "g.tif", grey, photometric="minisblack")
    tifffile.imwrite(tmp_path / "w.tif", 65535 - grey, photometric="miniswhite")
    for name in ("g.tif", "w.tif"):
        assert (load_tiff(tmp_path / name, frame=0)[0][..., 1] == grey).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_packed_by_lzw_are_read(tmp_path, channels):
    pixels = PIXELS[..., :1] if channels == 1 else np.dstack([PIXELS, PIXELS[..., :1]])
    pixels = pixels[..., :channels].squeeze()
    stored = pixels if channels == 1 else pixels[..., [2, 1, 0, 3][:channels]]
    assert cv2.imwrite(str(tmp_path / "l.tif"), stored)  # OpenCV packs by LZW
    with tifffile.TiffFile(tmp_path / "l.tif") as file:
        assert file.pages[0].compression == 5
    result, _ = load_tiff(tmp_path / "l.tif", frame=0)
    assert (result == (np.dstack([pixels] * 3) if channels == 1 else pixels[..., :3])).all()


@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_sixteen_bits_are_turned_as_eight_are(tmp_path, orientation, planes):
    stored = np.moveaxis(PIXELS, -1, 0) if planes == "separate" else PIXELS
    tag = (274, "H", 1, orientation, True)
    tifffile.imwrite(
        tmp_path / "t.tif", stored, photometric="rgb", planarconfig=planes, extratags=[tag]
    )
    tifffile.imwrite(
        tmp_path / "e.tif", (PIXELS >> 8).astype(np.uint8), photometric="rgb", extratags=[tag]
    )
    seen = load_image(tmp_path / "e.tif").rgb
    grey, packed = PIXELS[..., 0], tmp_path / "l.tif"
    Image.fromarray(grey).save(packed, compression="tiff_lzw", tiffinfo={274: orientation})
    assert ((load_tiff(packed, frame=0)[0][..., 0] >> 8) == seen[..., 0]).all()
    assert ((load_tiff(tmp_path / "t.tif", frame=0)[0] >> 8) == seen).all()
    assert (load_image(tmp_path / "t.tif").rgb == seen).all()


def test_eight_bits_need_no_deep_reading_and_damage_is_named(tmp_path):
    tifffile.imwrite(tmp_path / "e.tif", PIXELS.astype(np.uint8), photometric="rgb")
    assert load_tiff(tmp_path / "e.tif", frame=0) is None
    (tmp_path / "x.tif").write_bytes(b"II*\0 nothing")
    with pytest.raises(ScanError, match=r"x\.tif"):
        load_tiff(tmp_path / "x.tif", frame=0)
    with pytest.raises(ScanError, match="y"):
        decode_png(b"no png", name="y")


def test_a_cut_out_keeps_sixteen_bits_where_it_is_opaque():
    rgba = np.full((2, 2, 4), 100, np.uint8)
    rgba[0, 0, 3] = 255
    result = deep_cut_out(rgba, np.full((2, 2, 3), 777, np.uint16))
    assert result[0, 0].tolist() == [777, 777, 777, 65535]
    assert result[1, 1].tolist() == [25700] * 4


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.parametrize(("form", "suffix"), [("png", ".png"), ("tiff", ".tif")])
def test_a_deep_scan_gives_deep_cut_outs(home, config, form, suffix):
    config.write_text(config.read_text() + f"\n[crop]\nformat = {form}\ndescreen = yes\n")
    for folder in sorted((home / "incoming").iterdir())[1:]:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    (folder,) = (home / "incoming").iterdir()
    page = folder / "p1.tif"
    deep = load_image(page).rgb.astype(np.uint16) * 257 + 3
    tifffile.imwrite(page, deep, photometric="rgb", resolution=(150, 150), resolutionunit="INCH")
    assert main(["nightly", "--config", str(config)]) == 0
    root = load(config).archive.root
    book = Catalog.open(load(config).archive.catalog_url)
    (first, *_) = book.published(IssueId("lantern-1908")).pages
    (picture,) = first.description.illustrations
    crop = next(root.glob(f"issues/*/*/crops/{picture}{suffix}"))
    box = picture.box
    read = (
        load_tiff(crop, frame=0)[0] if form == "tiff" else decode_png(crop.read_bytes(), name="c")
    )
    assert (read == deep[box.top : box.bottom, box.left : box.right]).all()
    cut_out = next(root.glob(f"issues/*/*/cut-outs/{picture}{suffix}"))
    assert (load_image(cut_out).bits if form == "tiff" else cut_out.read_bytes()[24]) == 16
    assert list(root.glob(f"exports/*/*/data/illustrations/*{suffix}"))


# ---- screens


def halftone(period, seed=1):
    draw, _ = SUBJECTS["landscape"]
    tone = draw(np.random.default_rng(seed), 400, 500)
    printed = screen(tone, pitch=period)
    return np.dstack([printed] * 3), np.dstack([(tone * 255).astype(np.uint8)] * 3)


@pytest.mark.parametrize("period", [3.5, 5.0, 8.0])
def test_the_period_of_a_screen_is_found(period):
    result = find_screen(halftone(period)[0])
    assert result is not None and abs(result.period - period) < 0.06 * period


def test_a_picture_without_a_screen_has_none():
    smooth = cv2.GaussianBlur(halftone(5.0)[1], (0, 0), 2)
    assert find_screen(smooth) is None
    assert find_screen(np.full((300, 300, 3), 200, np.uint8)) is None
    assert find_screen(np.full((20, 20, 3), 200, np.uint8)) is None


def test_without_its_screen_a_picture_is_nearer_to_the_original():
    printed, tone = halftone(5.0)
    clear = descreened(printed, find_screen(printed))

    def error(item):
        return float(np.sqrt(((item.astype(float) - tone) ** 2).mean()))

    assert error(clear) < 0.4 * error(printed)

"""Pages of PDFs: a scan pixel by pixel, type at the resolution asked for, nothing guessed."""

from __future__ import annotations

import numpy as np
import pypdfium2
import pytest

from archive.images.images import load_image
from archive.images.pdf import count_pages, registered_dpi
from archive.images.pdf_text import pdf_text
from archive.ingest.register import Acceptance, register
from archive.ingest.sources import discover
from archive.layout import Layout
from schemas.codec import from_json
from schemas.errors import DocumentError, ScanError
from schemas.model import IssueId, PageId, PageText
from tests.archive.drawn_pdf import DrawnPdf

RNG = np.random.default_rng(0)
A4, LETTER = (595.276, 841.89), (612, 792)
TYPE = "\n".join(
    f"BT /F 11 Tf 60 {760 - 14 * line} Td (the lamp stood on the table and the village came) Tj ET"
    for line in range(45)
)


def noise(width, height):
    return RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)


def scan_pdf(path, pixels, box, **keep):
    """A page of ``box`` (width, height) that its one image fills."""
    content = f"q {box[0]} 0 0 {box[1]} 0 0 cm /I Do Q"
    content += " " + keep.pop("over", "")
    return DrawnPdf((0, 0, *box), content, {"I": pixels}, **keep).write(path)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "box",
    [(595, 842), (596, 842), (595.28, 841.89), (595.2, 841.92), (611.52, 790.8), (148.82, 210.47)],
)
@pytest.mark.parametrize("size", [(620, 877), (613, 793), (827, 1169), (638, 825), (637, 1001)])
def test_a_scan_has_its_own_pixels_whatever_the_size_of_its_page(tmp_path, size, box, rotate):
    pixels = noise(*size)
    path = scan_pdf(tmp_path / "x.pdf", pixels, box, entries=f"/Rotate {rotate}")
    assert np.array_equal(load_image(path).rgb, np.rot90(pixels, -rotate // 90))


@pytest.mark.parametrize("size", [(1240, 1754), (1275, 1650), (2480, 3508), (2550, 3300)])
@pytest.mark.parametrize("box", [A4, LETTER, (595, 842)])
def test_large_scans_have_their_own_pixels(tmp_path, size, box):
    pixels = noise(*size)
    assert np.array_equal(load_image(scan_pdf(tmp_path / "x.pdf", pixels, box)).rgb, pixels)


@pytest.mark.parametrize(
    ("matrix", "size", "turn"),
    [
        ("0 {h} -{w} 0 {w} 0", (400, 300), lambda a: np.rot90(a, 1)),
        ("0 -{h} {w} 0 0 {h}", (400, 300), lambda a: np.rot90(a, -1)),
        ("-{w} 0 0 -{h} {w} {h}", (300, 400), lambda a: a[::-1, ::-1]),
        ("{w} 0 0 -{h} 0 {h}", (300, 400), lambda a: a[::-1]),
    ],
)
def test_a_scan_turned_by_its_matrix_has_its_own_pixels(tmp_path, matrix, size, turn):
    pixels = noise(*size)
    width, height = 421.3, 595.7
    content = f"q {matrix.format(w=width, h=height)} cm /I Do Q"
    path = DrawnPdf((0, 0, width, height), content, {"I": pixels}).write(tmp_path / "x.pdf")
    assert np.array_equal(load_image(path).rgb, turn(pixels))


@pytest.mark.parametrize("digits", [0, 2, 6])
@pytest.mark.parametrize(("across", "down"), [(1, 4), (1, 13), (3, 1), (3, 5), (4, 20)])
def test_strips_and_tiles_are_one_scan(tmp_path, across, down, digits):
    pixels, (width, height) = noise(1240, 1754), A4
    xs = np.linspace(0, 1240, across + 1).round().astype(int)
    ys = np.linspace(0, 1754, down + 1).round().astype(int)
    images, content = {}, ""
    for row in range(down):
        for column in range(across):
            (x0, x1), (y0, y1) = xs[column : column + 2], ys[row : row + 2]
            images[f"I{row}x{column}"] = pixels[y0:y1, x0:x1]
            edges = (x0 / 1240, 1 - y1 / 1754, x1 / 1240, 1 - y0 / 1754)
            x, y, right, top = (
                round(edge * (width, height)[at % 2], digits) for at, edge in enumerate(edges)
            )
            w, h = right - x, top - y
            content += f"q {w} 0 0 {h} {x} {y} cm /I{row}x{column} Do Q\n"
    image = load_image(DrawnPdf((0, 0, *A4), content, images).write(tmp_path / "x.pdf"))
    assert np.array_equal(image.rgb, pixels) and image.dpi == 150


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_strips_of_single_rows_are_one_scan(tmp_path, rows):
    pixels, images, content = noise(310, 438), {}, ""
    for top in range(0, 438, rows):
        height = min(rows, 438 - top)
        images[f"I{top}"] = pixels[top : top + height]
        high, y = 841.89 * height / 438, 841.89 * (1 - (top + height) / 438)
        content += f"q 595.28 0 0 {high:.3f} 0 {y:.3f} cm /I{top} Do Q\n"
    path = DrawnPdf((0, 0, 595.28, 841.89), content, images).write(tmp_path / "x.pdf")
    assert np.array_equal(load_image(path).rgb, pixels)


def test_a_page_whose_corner_is_nowhere_near_zero_is_the_same(tmp_path):
    pixels = noise(620, 877)
    content = "q 595.2 0 0 841.92 -100 50 cm /I Do Q"
    path = DrawnPdf((-100, 50, 495.2, 891.92), content, {"I": pixels}).write(tmp_path / "x.pdf")
    assert np.array_equal(load_image(path).rgb, pixels)


def test_the_finest_layer_of_a_page_sets_its_pixels(tmp_path):
    back, front = np.full((220, 155, 3), 250, np.uint8), noise(620, 877)
    content = "q 595.2 0 0 841.92 0 0 cm /B Do Q q 595.2 0 0 841.92 0 0 cm /F Do Q"
    path = DrawnPdf((0, 0, 595.2, 841.92), content, {"B": back, "F": front})
    image = load_image(path.write(tmp_path / "x.pdf"))
    assert np.array_equal(image.rgb, front) and image.dpi == 75


def test_a_scan_in_a_form_has_its_own_pixels(tmp_path):
    pixels = noise(620, 877)
    scan_pdf(tmp_path / "scan.pdf", pixels, A4)
    page = pypdfium2.PdfDocument(tmp_path / "scan.pdf")
    sheet = pypdfium2.PdfDocument.new()
    form = page.page_as_xobject(0, sheet).as_pageobject()
    target = sheet.new_page(421, 595)
    form.set_matrix(pypdfium2.PdfMatrix().scale(421 / A4[0], 595 / A4[1]))
    target.insert_obj(form)
    target.gen_content()
    sheet.save(tmp_path / "x.pdf")
    assert np.array_equal(load_image(tmp_path / "x.pdf").rgb, pixels)


def test_the_crop_box_cuts_the_scan_at_its_pixels(tmp_path):
    pixels = noise(600, 800)
    path = scan_pdf(tmp_path / "x.pdf", pixels, (432, 576), entries="/CropBox[36 72 396 540]")
    assert np.array_equal(load_image(path).rgb, pixels[50:700, 50:550])


def test_a_scan_with_paper_around_it_is_drawn_at_its_own_pixels(tmp_path):
    pixels = noise(400, 500)
    content = "q 360 0 0 450 30 40 cm /I Do Q"
    rgb = load_image(DrawnPdf((0, 0, 420, 530), content, {"I": pixels}).write(tmp_path / "x")).rgb
    (top,), (left,) = (np.flatnonzero((rgb != 255).any(axis=(2, 1 - side)))[:1] for side in (0, 1))
    assert np.array_equal(rgb[top : top + 500, left : left + 400], pixels)
    assert abs(top - 40 / 0.9) < 1 and abs(left - 30 / 0.9) < 1


@pytest.mark.parametrize(
    ("size", "box", "dpi"),
    [
        ((620, 877), A4, 75),
        ((1240, 1754), (595, 842), 150),
        ((1654, 2339), A4, 200),
        ((700, 900), (700, 900), None),  # a pixel a point
        ((700, 900), (525, 675), None),  # pixels of a screen, as img2pdf writes them
        ((310, 438), A4, None),  # 37.5 dpi
        ((700, 900), (2100, 2700), None),  # 24 dpi
        ((1300, 1500), A4, None),  # stretched to fit
    ],
)
def test_a_resolution_that_cannot_be_is_not_known(tmp_path, size, box, dpi):
    image = load_image(scan_pdf(tmp_path / "x.pdf", noise(*size), box))
    assert image.rgb.shape[:2] == size[::-1] and image.dpi == dpi


def test_a_scan_that_lies_askew_is_drawn_as_finely_as_it_was_scanned(tmp_path):
    content = "q 594 9 -13 841 5 -3 cm /I Do Q"
    path = DrawnPdf((0, 0, 595, 842), content, {"I": noise(1654, 2339)}).write(tmp_path / "x.pdf")
    image = load_image(path, pdf_dpi=100)
    assert image.dpi == 200 and image.rgb.shape[:2] == (2339, 1653)
    again = load_image(path, pdf_dpi=200)
    assert np.array_equal(again.rgb, image.rgb)


def test_a_fax_is_drawn_in_square_pixels(tmp_path):
    fax = load_image(scan_pdf(tmp_path / "x.pdf", noise(400, 240), (144, 176)))
    assert fax.rgb.shape[:2] == (489, 400) and fax.dpi == 200


@pytest.mark.parametrize(
    ("pixels", "over", "size"),
    [
        ((82, 116), TYPE, (2480, 3508)),  # a tint below type
        ((595, 842), TYPE, (2480, 3508)),  # photographed paper below type
        ((82, 116), "BT /F 30 Tf 200 400 Td (Cover) Tj ET", (2480, 3508)),
        ((1240, 1754), "BT /F 9 Tf 60 20 Td (Digitized by the library) Tj ET", (1240, 1754)),
        ((1240, 1754), "BT 3 Tr /F 9 Tf 60 20 Td (invisible) Tj ET " + TYPE, (1240, 1754)),
        ((2480, 3508), TYPE, (2480, 3508)),
    ],
    ids=["tint", "paper", "title", "stamp", "invisible", "fine"],
)
def test_type_over_a_coarse_image_is_drawn_so_that_it_can_be_read(tmp_path, pixels, over, size):
    path = scan_pdf(tmp_path / "x.pdf", np.full((*pixels[::-1], 3), 230, np.uint8), A4, over=over)
    image = load_image(path)
    assert image.rgb.shape[1::-1] == size


def test_type_below_a_scan_is_hidden_and_changes_nothing(tmp_path):
    pixels = noise(620, 877)
    content = f"{TYPE} q {A4[0]} 0 0 {A4[1]} 0 0 cm /I Do Q"
    path = DrawnPdf((0, 0, *A4), content, {"I": pixels}).write(tmp_path / "x.pdf")
    assert np.array_equal(load_image(path).rgb, pixels)


def test_a_picture_in_a_page_of_type_does_not_set_its_resolution(tmp_path):
    content = f"{TYPE} q {A4[0]} 0 0 6 0 770 cm /I Do Q"
    path = DrawnPdf((0, 0, *A4), content, {"I": noise(60, 4)}).write(tmp_path / "x.pdf")
    image = load_image(path)
    assert image.rgb.shape == (3508, 2480, 3) and image.dpi == 300


def test_annotations_and_form_fields_are_drawn(tmp_path):
    square = "<</Type/Annot/Subtype/Square/Rect[{}]/F 4/C[0 0 0]/IC[0 0 0]/AP<</N {} 0 R>>{}>>"
    look = "<</Type/XObject/Subtype/Form/BBox[0 0 50 50]/Length 28>>stream\n0 0 0 rg 0 0 50 50 re f     \nendstream"
    field = "/FT/Tx/T(name)"
    widget = square.replace("/Square", "/Widget")
    path = DrawnPdf(
        (0, 0, 200, 200),
        "",
        annotations=(
            square.format("20 20 70 70", 8, ""),
            widget.format("120 120 170 170", 8, field),
            look,
        ),
        catalog="/AcroForm<</Fields[7 0 R]>>",
    ).write(tmp_path / "x.pdf")
    grey = load_image(path, pdf_dpi=72).rgb[..., 0]
    assert grey[155, 45] < 40 and grey[55, 145] < 40 and grey[100, 100] == 255


def test_a_page_drawn_again_at_its_registered_resolution_has_its_size(tmp_path):
    folder = tmp_path / "in" / "lamp-1908"
    scan_pdf(folder / "a.pdf", noise(700, 900), (700, 900), over=TYPE[:80])
    scan_pdf(folder / "b.pdf", noise(82, 116), A4, over=TYPE)
    scan_pdf(folder / "c.pdf", noise(639, 877), A4, over=TYPE[:80])
    (source,) = discover(folder).issues
    layout = Layout(tmp_path / "archive")
    for scan in register(source, layout, Acceptance(pdf_dpi=120)).issue.scans:
        image = load_image(layout.master(scan), pdf_dpi=registered_dpi(scan))
        assert (image.width, image.height) == (scan.width, scan.height)


# ---- what is refused


def test_a_password_is_said_with_the_remedy(tmp_path):
    standard = f"<</Filter/Standard/V 1/R 2/P -4/O<{'11' * 32}>/U<{'22' * 32}>>>"
    entries = f"/Encrypt {standard}/ID[<{'00' * 16}><{'00' * 16}>]/Root".encode()
    path = DrawnPdf((0, 0, 99, 99), "").write(tmp_path / "x.pdf")
    path.write_bytes(path.read_bytes().replace(b"/Root", entries))
    with pytest.raises(ScanError, match=r"x\.pdf: protected by a password; .* `?qpdf --decrypt"):
        count_pages(path)


@pytest.mark.parametrize("copies", [50, 4000])
def test_a_small_pdf_of_many_large_pages_is_refused_before_it_is_drawn(tmp_path, copies):
    pdf = DrawnPdf((0, 0, 4000, 4000), "0 0 9 9 re f", copies=copies).write(tmp_path / "x.pdf")
    with pytest.raises(ScanError, match=r"x.pdf: its pages claim .* megapixels, more than a file"):
        load_image(pdf)


def test_a_pdf_of_more_pages_than_any_issue_is_refused(tmp_path):
    pdf = DrawnPdf((0, 0, 40, 40), "", copies=10_001).write(tmp_path / "x.pdf")
    with pytest.raises(ScanError, match=r"claims 10001 pages, allowed are 10000; split it"):
        count_pages(pdf)


def test_an_image_too_large_to_decode_is_refused_wherever_it_is_shown(tmp_path):
    small = DrawnPdf((0, 0, 300, 300), "q 30 0 0 30 9 9 cm /I Do Q", {"I": noise(9, 9)})
    content = small.bytes().replace(b"/Width 9/Height 9", b"/Width 60000/Height 60000")
    (tmp_path / "x.pdf").write_bytes(content)
    with pytest.raises(ScanError, match=r"page 1 holds images of 3600 megapixels"):
        load_image(tmp_path / "x.pdf")


def test_a_scan_that_cannot_be_read_is_no_white_page(tmp_path):
    path = scan_pdf(
        tmp_path / "x.pdf", noise(90, 120), (90, 120), image_entries="/Filter/DCTDecode"
    )
    with pytest.raises(ScanError, match=r"page 1: its scan cannot be read"):
        load_image(path)


# ---- text that came with the page


def test_the_text_layer_lies_where_the_words_are(tmp_path):
    over = "BT 3 Tr /F 12 Tf 72 700 Td (The lamp burned) Tj 0 -14 Td (all night.) Tj ET"
    path = scan_pdf(tmp_path / "x.pdf", noise(1275, 1650), LETTER, over=over)
    text = pdf_text(path, 0, page=PageId(IssueId("a"), 1), size=(1275, 1650))
    assert [line.text for region in text.regions for line in region.lines] == [
        "The lamp burned",
        "all night.",
    ]
    first = text.words()[0].box
    assert abs(first.left - 150) < 3 and abs(first.bottom - (792 - 700) * 1650 / 792) < 4
    assert 10 < first.height < 25 and len(text.regions) == 1


def test_words_divided_at_the_end_of_a_line_are_marked(tmp_path):
    content = (
        "BT /F 12 Tf 72 700 Td (a steam-) Tj 0 -14 Td (boat and a well-) Tj 0 -14 Td (Known) Tj ET"
    )
    path = DrawnPdf((0, 0, 612, 792), content).write(tmp_path / "x.pdf")
    text = pdf_text(path, 0, page=PageId(IssueId("a"), 1), size=(612, 792))
    assert [word.text for word in text.words() if word.hyphenated] == ["steam-"]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_text_layer_turns_with_the_page(tmp_path, rotate):
    content = "BT /F 40 Tf 60 300 Td (LAMP) Tj ET"
    path = DrawnPdf((0, 0, 300, 400), content, entries=f"/Rotate {rotate}").write(tmp_path / "x")
    rgb = load_image(path, pdf_dpi=72).rgb
    (word,) = pdf_text(path, 0, page=PageId(IssueId("a"), 1), size=rgb.shape[1::-1]).words()
    rows, columns = np.nonzero(rgb[..., 0] < 128)
    box = word.box
    inked = (columns.min(), rows.min(), columns.max(), rows.max())
    assert np.abs(np.array(inked) - (box.left, box.top, box.right, box.bottom)).max() <= 3


@pytest.mark.parametrize("keep", [True, False])
def test_a_text_layer_is_kept_with_its_page_if_that_is_asked_for(tmp_path, keep):
    folder, layout = tmp_path / "in" / "lamp-1908", Layout(tmp_path / "archive")
    scan_pdf(folder / "1.pdf", noise(620, 877), A4, over="BT 3 Tr /F 9 Tf 60 90 Td (words) Tj ET")
    scan_pdf(folder / "2.pdf", noise(620, 877), A4)
    (source,) = discover(folder).issues
    issue = register(source, layout, Acceptance(keep_text=keep)).issue
    assert not issue.quarantined and [bool(scan.text) for scan in issue.scans] == [keep, False]
    if keep:
        path = layout.root / issue.scans[0].text
        text = from_json(PageText, path.read_bytes(), name="text")
        assert text.models == "kept from 1.pdf" and [w.text for w in text.words()] == ["words"]


def test_letters_without_meaning_are_no_text(tmp_path):
    content = "BT /F 12 Tf 60 300 Td (\\000\\000\\000\\000\\001\\002) Tj ET"
    path = DrawnPdf((0, 0, 300, 400), content).write(tmp_path / "x.pdf")
    with pytest.raises(DocumentError, match="6 of 6 letters of its text layer have no meaning"):
        pdf_text(path, 0, page=PageId(IssueId("a"), 1), size=(300, 400))

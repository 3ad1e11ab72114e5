"""Running heads and captions."""

import numpy as np
import pytest
from PIL import Image

from pipeline.describe.captions import caption_number, link_captions
from pipeline.describe.header import agree, parse_header
from schemas.geometry import Box
from schemas.model import Illustration, IssueId, PageId, RegionKind, TextLine, TextRegion, Word
from schemas.numerals import roman

PAGE = PageId(IssueId("a-1"), 1)


@pytest.mark.parametrize(
    ("text", "date", "number", "volume", "label"),
    [
        ("84 Der Bazar. [Nr. 11. 15. März 1871. XVII. Jahrgang.]", "1871-03-15", "11", "17", "84"),
        ("THE LANTERN April 18,1908 No.4 301", "1908-04-18", "4", None, "301"),
        ("L'ILLUSTRATION 4 Janvier 1913 No. 3645", "1913-01-04", "3645", None, None),
        ("Vol. III. The Strand. 312", None, None, "3", "312"),
        ("Die Gartenlaube. 1. Hornung 1853.", "1853-02-01", None, None, None),
        ("In dem Walde", None, None, None, None),
    ],
)
def test_running_heads_are_understood(text, date, number, volume, label):
    result = parse_header(text)
    assert (result.date, result.number, result.volume) == (date, number, volume)
    assert result.label == label


def test_a_misread_head_gives_what_is_sure():
    result = parse_header("326 Die Laterne. (ſlr. 40. 12. August 1860. X33. Jahrgang")
    assert (result.title, result.date, result.number) == ("Die Laterne", "1860-08-12", None)
    result = parse_header("THE EVENING STAR. Vol. III. No.6. March 1g, 1842. 354")
    assert (result.title, result.date) == ("THE EVENING STAR", "1842-03")
    assert parse_header("Daheim (Ein Familienblatt)").title == "Daheim Ein Familienblatt"


def test_one_misread_head_decides_nothing():
    assert agree(["11", "11", "17", None]) == "11"
    assert agree(["11", "17"]) is None and agree(["11"]) is None and agree([]) is None
    assert roman("XVII") == 17 and roman("IIX") is None


def picture(ordinal, *box):
    return Illustration(PAGE, ordinal, Box(*box), ((0.0, 0.0),), 0.9)


def caption(text, *box):
    words = (Word(text, Box(*box), 0.9),)
    return TextRegion(RegionKind.CAPTION, Box(*box), (TextLine(Box(*box), words),))


def test_captions_find_their_pictures():
    pictures = (
        picture(1, 0, 0, 100, 100),
        picture(2, 200, 0, 300, 100),
        picture(3, 0, 300, 90, 400),
    )
    captions = (caption("Fig. 2. right", 200, 110, 300, 125), caption("below", 5, 105, 95, 120),
                caption("beside", 100, 340, 160, 355))  # fmt: skip
    results = [p.caption for p in link_captions(pictures, captions, reach=60)]
    assert [c.text for c in results] == ["below", "Fig. 2. right", "beside"]
    assert [c.method for c in results] == ["below", "below", "beside"]
    assert results[1].number == "2" and 0 < results[2].score < results[0].score <= 1


def test_a_divided_word_of_a_caption_with_a_credit_is_joined():
    def read(*lines):
        made = [TextLine(Box(0, 110 + 20 * at, 100, 125 + 20 * at), tuple(
            Word(text, Box(0, 110, 9, 125), 0.9, hyphenated=text[-1] in "-=")
            for text in line.split())) for at, line in enumerate(lines)]  # fmt: skip
        region = TextRegion(RegionKind.CAPTION, Box(0, 110, 100, 190), tuple(made))
        (result,) = link_captions((picture(1, 0, 0, 100, 100),), (region,), reach=60)
        return result.caption.text, result.caption.credit

    credit = "Drawn by Howard Pyle"
    assert read("Das Mäd-", "chen am See.", credit) == ("Das Mädchen am See.", credit)
    assert read("Das Mäd=", "chen. Drawn by How-", "ard Pyle") == ("Das Mädchen.", credit)
    assert read("Das Do-", "nau-", "ufer") == ("Das Donauufer", "")


@pytest.mark.parametrize("left", [601, 600, 599, 595, 580])
def test_a_caption_beside_a_picture_may_stand_a_little_in_its_box(left):
    beside = caption("The harbour at dusk", left, 200, left + 200, 300)
    (result,) = link_captions((picture(1, 0, 0, 600, 600),), (beside,), reach=177)
    assert result.caption.method == "beside" and result.caption.score > 0.5


@pytest.mark.parametrize(("top", "method"), [(590, "below"), (-90, "above")])
@pytest.mark.parametrize("left", [100, 400, 550])
def test_a_caption_below_or_above_stays_that_where_it_laps_into_the_box(left, top, method):
    lapping = caption("The harbour at dusk", left, top, left + 300, top + 100)
    (result,) = link_captions((picture(1, 0, 0, 600, 600),), (lapping,), reach=177)
    assert result.caption.method == method


def as_text(region: TextRegion) -> TextRegion:
    """The region as the separator sees it where it takes a caption for running text."""
    return TextRegion(RegionKind.TEXT, region.box, region.lines)


def test_a_numbered_line_below_a_picture_is_its_caption():
    line = as_text(caption("Fig. 7. The lamp", 10, 108, 90, 120))
    (result,) = link_captions((picture(1, 0, 0, 100, 100),), (line,), reach=60)
    assert result.caption.method == "near" and result.caption.number == "7"
    plain = as_text(caption("It was late in the", 10, 108, 90, 120))
    assert link_captions((picture(1, 0, 0, 100, 100),), (plain,), reach=60)[0].caption is None


def test_a_bare_number_above_a_picture_is_its_caption_and_a_sentence_is_not():
    number = as_text(caption("Fig. 89.", 30, 188, 70, 198))
    (result,) = link_captions((picture(1, 0, 200, 100, 300),), (number,), reach=60)
    assert result.caption.method == "near" and result.caption.number == "89"
    sentence = as_text(caption("Fig. 89 zeigt den Ofen", 10, 188, 90, 198))
    assert link_captions((picture(1, 0, 200, 100, 300),), (sentence,), reach=60)[0].caption is None


def test_a_numbered_line_is_given_once():
    stacked = picture(1, 0, 0, 600, 600), picture(2, 0, 700, 600, 1300)
    number = caption("Fig. 1.", 250, 620, 350, 650)
    for item in (number, as_text(number)):
        above, below = link_captions(stacked, (item,), reach=177)
        assert above.caption.text == "Fig. 1." and below.caption is None


def test_of_two_captions_read_as_one_each_picture_has_its_number():
    stacked = picture(1, 0, 0, 600, 600), picture(2, 0, 700, 600, 1300)
    result, other = (
        caption(text, 250, top, 350, top + 25) for text, top in (("Fig. 1.", 610), ("Fig. 2.", 665))
    )
    both = TextRegion(RegionKind.CAPTION, Box(250, 610, 350, 690), (*result.lines, *other.lines))
    above, below = link_captions(stacked, (both,), reach=177)
    assert (above.caption.number, below.caption.number) == ("1", "2")


def test_specks_read_as_letters_are_no_caption():
    result = picture(1, 0, 0, 100, 100)
    captions = (caption("ee", 40, 105, 60, 115), caption("The lamp", 20, 118, 80, 130))
    (value,) = link_captions((result,), captions, reach=60)
    assert value.caption.text == "The lamp"


def test_a_far_caption_belongs_to_nobody_and_a_row_shares_one():
    row = (picture(1, 0, 0, 100, 100), picture(2, 110, 0, 210, 100))
    shared = link_captions(row, (caption("both", 20, 110, 190, 125),), reach=60)
    assert [p.caption.text for p in shared] == ["both", "both"]
    assert link_captions(row, (caption("far", 0, 500, 90, 520),), reach=60)[0].caption is None
    assert caption_number("Abb. 12. Vase") == "12" and caption_number("Vase") is None


def test_the_demo_pages_are_the_same_every_time(fonts):
    from pipeline.synthesis.magazine import draw_page as draw_demo
    from pipeline.synthesis.magazine import issues

    result, other = (draw_demo(issues()[0], 1, fonts) for _ in range(2))
    assert np.array_equal(result.image, other.image) and len(result.pictures) == 2
    assert Image.fromarray(result.image).size == (1654, 2339)

"""Credits apart from captions, and captions on the facing page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.describe.credits import part_credit
from pipeline.describe.facing import with_facing_captions
from schemas.decisions import Decision, Field
from schemas.geometry import Box
from schemas.model import (
    Caption,
    Illustration,
    IssueId,
    PageId,
    PageText,
    RegionKind,
    Scan,
    TextLine,
    TextRegion,
    Word,
)
from schemas.published import PageDescription, PublishedPage

ISSUE = IssueId("a-1")


@pytest.mark.parametrize(
    ("lines", "caption", "credit"),
    [
        (["The harbor. Drawn by Howard Pyle"], "The harbor.", "Drawn by Howard Pyle"),
        (["Der See.", "Nach einer Photographie von F. Hanfstaengl."], "Der See.",
         "Nach einer Photographie von F. Hanfstaengl."),
        (["Halftone plate engraved by H. Davidson", "A VISIT"], "A VISIT",
         "Halftone plate engraved by H. Davidson"),
        (["Vue du port. Dessin de Gustave Doré"], "Vue du port.", "Dessin de Gustave Doré"),
        (["Friedrich II.", "A. Menzel del."], "Friedrich II.", "A. Menzel del."),
        (["Copyright, 1908, by Arnold Genthe", "The square"], "The square",
         "Copyright, 1908, by Arnold Genthe"),
        (["Drawn by lots, the names were read."], "Drawn by lots, the names were read.", ""),
        (["Fig. 3. Kragen in Häkelarbeit"], "Fig. 3. Kragen in Häkelarbeit", ""),
        (["Nach der Arbeit"], "Nach der Arbeit", ""),
        (["The photograph by the window shows her"], "The photograph by the window shows her", ""),
        (["A street. Photo Underwood & Underwood"], "A street.", "Photo Underwood & Underwood"),
        (["Der Mond.", "PHOTOGRAPHIE VON F. HANFSTAENGL"], "Der Mond.",
         "PHOTOGRAPHIE VON F. HANFSTAENGL"),
        (["Vue du port.", "Gravure de Pannemaker"], "Vue du port.", "Gravure de Pannemaker"),
    ],
)  # fmt: skip
def test_credits_are_kept_apart(lines, caption, credit):
    assert part_credit(lines) == (caption, credit)


@pytest.mark.parametrize(
    "caption",
    [
        "Photographs of the Harbor of Boston",
        "Photograph of the King.",
        "Photographie der Stadt Berlin",
        "Photographische Aufnahme des Mondes",
        "Photographers at Work in New York",
        "Fig. 5. Photographic Camera of Mr. Brown",
        "Holzschnitt aus Augsburg",
        "Holzschnittwerk von Dürer",
        "Dessin de Paris",
        "Gravure de Mode",
        "Photographien von Rom",
    ],
)
def test_what_a_picture_shows_is_no_credit(caption):
    assert part_credit([caption]) == (caption, "")


@pytest.mark.parametrize(
    "credit",
    [
        "From a photograph by the London Stereoscopic Company",
        "By permission of the Berlin Photographic Company",
        "Engraved by the Autotype Co.",
        "Photo by the Author.",
        "Drawn by our special artist, Mr. Melton Prior",
        "From a Photograph by J. Valentine & Sons, of Dundee",
        "Photographed by W. Downey, at Newcastle",
        "Nach dem Gemälde von A. v. Werner",
        "Originalzeichnung von A. v. Menzel",
        "Gez. von Otto von der Ley",
        "Dessin de G. de la Barre",
        "Holzschnitt nach einer Zeichnung von Adolf Menzel",
        "Holzschnitt: C. Schulz",
        "Originalzeichnung für die Gartenlaube von P. Meyerheim",
        "Photograph, Elliott & Fry",
        "Photographie Hanfstaengl, München",
        "Photographien von F. Frith",
    ],
)
def test_credits_of_all_kinds_are_known(credit):
    assert part_credit(["Der See.", credit]) == ("Der See.", credit)


def region(text, box):
    words = tuple(Word(word, box, 0.9) for word in text.split())
    return TextRegion(RegionKind.CAPTION, box, (TextLine(box, words),))


def page(sequence, *regions, picture=None, caption=None, label=None):
    name = PageId(ISSUE, sequence)
    scan = Scan(name, "p", "p", "0" * 64, 1000, 1400, 300, "image/tiff", "L", 8, 1, label=label)
    pictures = (Illustration(name, 1, picture, (), 0.9, caption=caption),) if picture else ()
    text = PageText(name, regions) if regions else None
    return PublishedPage(scan, PageDescription(name, None, pictures, (), text))


PLATE, BELOW = Box(100, 100, 900, 1300), Box(100, 1200, 800, 1230)


def test_a_plate_takes_the_caption_across():
    pages = [page(1, region("Tafel 4. Der See im Gebirge", BELOW)), page(2, picture=PLATE)]
    (plate,) = with_facing_captions(pages, ())[1]
    assert plate.caption.method == "facing" and plate.caption.score <= 0.3
    assert plate.caption.text == "Tafel 4. Der See im Gebirge"


@pytest.mark.parametrize(
    ("label", "texts", "given"),
    [
        ("84", ["Tafel 4"], [None, "Tafel 4"]),
        ("85", ["Tafel 4"], ["Tafel 4", None]),
        (None, ["Tafel 4"], [None, "Tafel 4"]),
        ("85", ["Tafel 4", "Tafel 5"], ["Tafel 4", "Tafel 5"]),
    ],
)
def test_a_caption_between_two_plates_goes_to_the_one_it_faces(label, texts, given):
    captions = [
        region(text, Box(100, 1200 + 40 * at, 800, 1230 + 40 * at)) for at, text in enumerate(texts)
    ]
    pages = [page(1, picture=PLATE), page(2, *captions, label=label), page(3, picture=PLATE)]
    plates = with_facing_captions(pages, ())
    assert [p[0].caption and p[0].caption.text for p in (plates[0], plates[2])] == given


def test_nothing_is_taken_that_belongs_to_another_picture_or_says_nothing():
    result = Caption("Tafel 4", BELOW, 0.9, "below")
    taken = page(1, region("Tafel 4", BELOW), picture=Box(0, 0, 300, 300), caption=result)
    plain = page(1, region("Der See", BELOW))
    for first in (taken, plain):
        assert with_facing_captions([first, page(2, picture=PLATE)], ())[1][0].caption is None
    small = page(2, picture=Box(0, 0, 200, 200))
    other = page(1, region("Tafel 4", BELOW))
    assert with_facing_captions([other, small], ())[1][0].caption is None
    described = page(2, region("Fig. 9", BELOW), picture=PLATE, caption=replace(result, text="x"))
    assert with_facing_captions([other, described], ())[1][0].caption.text == "x"


def test_captions_of_a_page_that_lost_its_pictures_are_nobodys():
    lost = replace(page(1, region("Tafel 4", BELOW)), failed="crop")
    assert with_facing_captions([lost, page(2, picture=PLATE)], ())[1][0].caption is None


def test_a_plate_that_a_person_said_has_no_caption_takes_none_across():
    pages = [page(1, region("Tafel 4", BELOW)), page(2, picture=PLATE)]
    name = str(pages[1].description.illustrations[0])

    def across(field, value):
        return with_facing_captions(pages, [Decision(name, field, value, "curator")])[1][0].caption

    assert across(Field.CAPTION, "") is None
    assert across(Field.KIND, "pattern").text == "Tafel 4"

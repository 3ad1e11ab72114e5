"""Illustrations keep their numbers; what people decide stays."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from archive.catalog.catalog import Catalog
from pipeline.describe.numbering import decided, followed, place_of, renumbered
from schemas.decisions import Decision, Field, Numbered
from schemas.geometry import Box
from schemas.model import Caption, Illustration, IssueId, PageId, Scan
from tasks.__main__ import main
from tasks.config_file import load

PAGE = PageId(IssueId("bazar-1871-11"), 3)
SIZE = {"width": 1000, "height": 1500}


def picture(ordinal, *box):
    return Illustration(PAGE, ordinal, Box(*box), (), 0.9)


def known(*pictures, size=SIZE):
    return [Numbered(PAGE, item.ordinal, *place_of(item, **size)) for item in pictures]


def test_pictures_keep_their_numbers_whatever_their_order():
    before = [picture(1, 100, 100, 400, 500), picture(2, 500, 100, 900, 500)]
    after = [picture(1, 505, 98, 905, 510), picture(2, 95, 105, 402, 498)]
    assert [item.ordinal for item in renumbered(after, known(*before), **SIZE)] == [2, 1]


def test_a_number_is_never_given_twice():
    before = [picture(1, 100, 100, 400, 500), picture(2, 500, 100, 900, 500)]
    after = [picture(1, 100, 800, 500, 1200), picture(2, 500, 110, 900, 505)]
    assert [item.ordinal for item in renumbered(after, known(*before), **SIZE)] == [3, 2]


def test_a_picture_that_was_parted_keeps_its_number_once():
    before = [picture(1, 100, 100, 500, 500)]
    after = [picture(1, 100, 100, 320, 500), picture(2, 321, 100, 500, 500)]
    assert [item.ordinal for item in renumbered(after, known(*before), **SIZE)] == [1, 2]


def test_a_page_scanned_anew_keeps_its_numbers():
    before = known(picture(4, 100, 100, 400, 500))
    after = renumbered([picture(1, 201, 203, 799, 998)], before, width=2000, height=3000)
    assert after[0].ordinal == 4


def test_decisions_overrule_and_reject():
    caption = Caption("Fig. 1", Box(0, 0, 10, 10), 0.4, "below", "1")
    changed = replace(picture(1, 0, 0, 9, 9), caption=caption)
    name = str(changed)

    def say(field, value):
        return decided(changed, [Decision(name, field, value, "curator")])

    assert say(Field.KIND, "pattern").kind == "pattern"
    assert say(Field.CAPTION, "Muster").caption.method == "person"
    assert say(Field.CAPTION, "").caption is None
    assert say(Field.REJECTED, "a stain") is None
    assert decided(changed, [Decision("other", Field.REJECTED, "", "curator")]) == changed


def test_a_corrected_caption_keeps_its_credit_and_says_its_number():
    read = Caption("Fig. 8. Krageu", Box(0, 90, 50, 99), 0.4, "below", "8", "Drawn by Howard Pyle")
    changed = replace(picture(1, 0, 0, 50, 80), caption=read)

    def say(text):
        return decided(changed, [Decision(str(changed), Field.CAPTION, text, "curator")]).caption

    assert say("Fig. 3. Kragen") == Caption(
        "Fig. 3. Kragen", read.box, 1.0, "person", "3", "Drawn by Howard Pyle"
    )
    assert say("Kragen").number == "8"


def scans(*pages):
    """Scans in order, each of a letter for its content and a file's name."""
    issue = PAGE.issue
    return [
        Scan(PageId(issue, n + 1), name, "", digest, 10, 10, 300.0, "image/tiff", "L", 8, 9)
        for n, (digest, name) in enumerate(pages)
    ]


def numbered(sequence, ordinal=1):
    return Numbered(PageId(PAGE.issue, sequence), ordinal, 0.1, 0.1, 0.9, 0.5)


def test_numbers_follow_their_pages_when_a_missing_page_comes_in():
    before = scans(("a", "1.tif"), ("c", "3.tif"), ("d", "4.tif"))
    now = scans(("a", "1.tif"), ("b", "2.tif"), ("c", "3.tif"), ("D", "4.tif"))
    known = [numbered(1), numbered(2), numbered(2, 2), numbered(3)]
    moved_numbers = followed(known, before, now)
    assert {name: str(moved_number) for name, moved_number in moved_numbers.items()} == {
        str(numbered(1)): str(numbered(1)),
        str(numbered(2)): str(numbered(3)),
        str(numbered(2, 2)): str(numbered(3, 2)),
        str(numbered(3)): str(numbered(4)),  # scanned again: known by its file's name
    }


def test_pictures_of_a_page_that_is_gone_are_taken_for_no_other():
    before = scans(("a", "1.tif"), ("b", "2.tif"), ("c", "3.tif"))
    now = scans(("a", "1.tif"), ("c", "3.tif"))
    moved_numbers = followed([numbered(2), numbered(3)], before, now)
    kept, lost = moved_numbers[str(numbered(3))], moved_numbers[str(numbered(2))]
    assert (kept.page.sequence, kept.ordinal) == (2, 1) and kept.is_found
    assert (lost.page.sequence, lost.ordinal) == (2, 2) and not lost.is_found
    again = renumbered([picture(1, 100, 150, 900, 750)], [kept, lost], **SIZE)
    assert [item.ordinal for item in again] == [1]


def test_a_name_that_tells_nothing_moves_no_number():
    pdf = [replace(item, frame=n) for n, item in enumerate(scans(*[("old", "heft.pdf")] * 2))]
    longer = [replace(item, frame=n) for n, item in enumerate(scans(*[("new", "heft.pdf")] * 3))]
    lost = followed([numbered(1), numbered(2)], pdf, longer)
    assert not any(item.is_found for item in lost.values())
    same = followed([numbered(1), numbered(2)], pdf, longer[:2])
    assert [str(item) for item in same.values()] == list(same)
    before = scans(*((digest, "master.tif") for digest in "abcd"))
    now = scans(*((digest, "master.tif") for digest in "acD"))
    moved_numbers = followed([numbered(2), numbered(3), numbered(4)], before, now)
    assert {name: item.is_found for name, item in moved_numbers.items()} == {
        str(numbered(2)): False, str(numbered(3)): True, str(numbered(4)): False,
    }  # fmt: skip


def test_equal_pages_keep_their_order():
    pages = scans(("blank", "1.tif"), ("blank", "2.tif"))
    moved_numbers = followed([numbered(1), numbered(2)], pages, pages)
    assert [str(moved_number) for moved_number in moved_numbers.values()] == list(moved_numbers)


@pytest.mark.engine
@pytest.mark.slow
def test_decisions_go_with_their_pages(config, capsys):
    def run(*args):
        return main([*args, "--config", str(config)])

    first = config.parent / "incoming" / "Lantern 1908" / "p1.tif"
    whole = first.read_bytes()
    first.write_bytes(whole[:999])
    assert run("nightly") == 1
    book = Catalog.open(load(config).archive.catalog_url)
    issue = IssueId("lantern-1908")

    def published():
        pages = book.published(issue).pages
        return {str(p): p for page in pages for p in page.description.illustrations}

    name = max(published())
    assert run("decide", name, "--caption", "The lamp", "--by", "C") == 0
    first.write_bytes(whole)
    assert run("nightly") == 0
    captions = {key: item.caption and item.caption.text for key, item in published().items()}
    assert captions[name] == "The lamp" and list(captions.values()).count("The lamp") == 1
    assert book.decisions.lost([issue]) == ()
    assert [d.illustration for d in book.decisions.of(issue)] == [name]
    capsys.readouterr()
    assert run("nightly") == 0
    assert "Nothing to do" in capsys.readouterr().out


@pytest.mark.engine
@pytest.mark.slow
def test_a_decision_is_published_and_survives_a_rerun(config, capsys):
    def run(*args):
        return main([*args, "--config", str(config)])

    run("nightly")
    book = Catalog.open(load(config).archive.catalog_url)
    issue = IssueId("lantern-1908")

    def published():
        pages = book.published(issue).pages
        return {str(p): p for page in pages for p in page.description.illustrations}

    first, other = sorted(published())
    edition = book.edition_of(issue)
    assert (
        run("decide", first, "--kind", "pattern", "--caption", "The lamp of Père", "--by", "C") == 0
    )
    assert run("decide", other, "--reject", "a stain") == 0
    assert run("run", str(issue)) == 0
    assert book.edition_of(issue) != edition
    assert published()[first].kind == "pattern" and other not in published()
    root = load(config).archive.root
    assert not list(root.glob(f"issues/**/{other}.*")) and list(root.glob(f"issues/**/{first}.png"))
    mets = next(root.glob(f"exports/{issue}/*/data/mets.xml")).read_text()
    assert "The lamp of Père" in mets and other not in mets
    run("rerun", str(issue), "--stage", "separate")
    assert published()[first].kind == "pattern" and other not in published()
    capsys.readouterr()
    run("find", "Pere", "--kind", "pattern", "--json")
    assert [item["illustration"] for item in json.loads(capsys.readouterr().out)] == [first]
    assert run("decide", other, "--undo") == 0 and run("run", str(issue)) == 0
    assert other in published()


def test_decisions_about_nothing_are_refused(config, capsys):
    def said(*args):
        code = main(["decide", *args, "--config", str(config)])
        return code, capsys.readouterr().err

    assert main(["ingest", str(config.parent / "incoming"), "--config", str(config)]) == 0
    assert said("nonsense", "--kind", "pattern")[0] == 2
    code, err = said("lantern-1908_0001_i01", "--kind", "pattern")
    assert code != 0 and "no such illustration" in err
    assert said("lantern-1908_0001_i01")[0] == 2

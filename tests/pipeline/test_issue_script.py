"""The script of an issue: found once, and again where a page does not fit."""

import numpy as np
import pytest

from pipeline.recognize.page import read_page
from pipeline.recognize.script import EACH_PAGE, IssueScript, ReadSample, agreed, sample_pages
from pipeline.recognize.text_engine import RawWord, Readers, Segmentation
from schemas.geometry import Box
from schemas.model import IssueId, PageId, Region, RegionKind

PAGE = PageId(IssueId("a-1"), 1)
BOX = Box(0, 0, 300, 200)
REGION = Region(RegionKind.TEXT, BOX, ((0.0, 0.0), (300.0, 0.0), (300.0, 200.0)), 0.9)


class Engine:
    """Reads words with one confidence; counts what it is asked."""

    def __init__(self, models, confidence):
        self.models, self.confidence, self.asked = models, confidence, []

    def read(self, image, *, dpi, segmentation=Segmentation.PAGE):
        self.asked.append(segmentation)
        return tuple(RawWord("leuchten", Box(10, y, 90, y + 12), self.confidence, (1, 1, y))
                     for y in (20, 60))  # fmt: skip


def read(issue_script, *, antiqua=0.9, fraktur=0.5):
    engines = {"Latn": Engine("deu", antiqua), "Latf": Engine("Fraktur", fraktur)}
    text = read_page(
        PAGE,
        np.full((200, 300), 255, np.uint8),
        np.full((20, 30), 4, np.uint8),
        [REGION],
        readers=Readers(engines, ("ger",), lambda _: frozenset()),
        dpi=300,
        min_text_area=0.0,
        issue_script=issue_script,
    )
    return text, engines


def test_a_page_of_an_issue_whose_script_is_known_is_read_once():
    text, engines = read(IssueScript({RegionKind.TEXT: "Latn"}, 0.9))
    assert text.models == "deu" and {region.script for region in text.regions} == {"Latn"}
    assert engines["Latn"].asked == [Segmentation.PAGE] and engines["Latf"].asked == []


def test_a_page_that_does_not_fit_its_issue_is_looked_at_by_itself():
    text, engines = read(IssueScript({RegionKind.TEXT: "Latf"}, 0.9))
    assert text.models == "deu"
    assert engines["Latn"].asked == [Segmentation.BLOCK, Segmentation.PAGE]


def test_a_hard_page_in_the_script_of_its_issue_is_not_read_twice():
    text, engines = read(IssueScript({RegionKind.TEXT: "Latn"}, 1.4))
    assert text.models == "deu" and engines["Latn"].asked.count(Segmentation.PAGE) == 1


def test_without_agreement_every_page_is_looked_at():
    _, engines = read(EACH_PAGE)
    assert engines["Latf"].asked == [Segmentation.BLOCK]


@pytest.mark.parametrize("captions", [("Latf", "Latf"), ("Latf", "Latn")])
def test_samples_agree_of_body_and_captions_or_of_nothing(captions):
    pages = [{RegionKind.TEXT: ReadSample("Latf", 1.1), RegionKind.CAPTION: ReadSample(script, 1)}
             for script in captions]  # fmt: skip
    scripts = agreed(pages).scripts
    assert scripts == ({RegionKind.TEXT: "Latf", RegionKind.CAPTION: "Latf"}
                       if captions[0] == captions[1] else {})  # fmt: skip


def test_few_pages_are_looked_at_each():
    assert sample_pages([1, 2, 3]) == [] and len(set(sample_pages([1, 2, 3, 4]))) == 2
    assert agreed([]) == EACH_PAGE

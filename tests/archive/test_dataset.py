"""Training sets: every form read, nothing passed over in silence, issues never divided."""

import json
import os
import re
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from archive.images.images import load_labels
from archive.store import sha256
from archive.training.dataset import (
    MANIFEST,
    check,
    combine,
    read_manifest,
    shares,
    split,
    write_manifest,
)
from archive.training.pairs import read_map, read_pairs
from archive.training.truth import annotated_pages, page_image
from schemas.errors import ArchiveError, ConfigError, DocumentError, ScanError
from schemas.labels import PALETTE, from_colors, paint, to_colors
from tasks.commands.group import group
from tasks.workshop.training_data import set_pages

HEIGHT, WIDTH = 120, 80


def labels():
    result = np.zeros((HEIGHT, WIDTH), np.uint8)
    result[:10] = 3
    result[20:60, 10:70] = 1
    result[62:68, 10:70] = 2
    result[70:110, 10:70] = 4
    return result


def page(seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)


def save(path, array, **keep):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **keep)
    return path


def write_folders(root):
    save(root / "A" / "bazar-1_0001.png", page())
    save(root / "B" / "bazar-1_0001.png", to_colors(labels()))


def write_maps(root):
    save(root / "bazar-1_0001.png", page())
    save(root / "bazar-1_0001.map.png", labels())


def write_combined(root):
    save(root / "bazar-1_0001.png", np.hstack([page(), to_colors(labels())]))


def rectangles():
    return [("header", 0, 0, 80, 10), ("illustration", 10, 20, 70, 60),
            ("caption", 10, 62, 70, 68), ("text", 10, 70, 70, 110)]  # fmt: skip


def write_coco(root):
    names = ["header", "illustration", "caption", "text"]
    save(root / "bazar-1_0001.png", page())
    shapes = [
        {"id": at, "image_id": 7, "category_id": names.index(kind),
         "segmentation": [[x0, y0, x1 - 1, y0, x1 - 1, y1 - 1, x0, y1 - 1]]}
        for at, (kind, x0, y0, x1, y1) in enumerate(rectangles())
    ]  # fmt: skip
    record = {"images": [{"id": 7, "file_name": "bazar-1_0001.png", "width": 80, "height": 120}],
              "categories": [{"id": at, "name": name} for at, name in enumerate(names)],
              "annotations": shapes}  # fmt: skip
    (root / "coco.json").write_text(json.dumps(record))


def write_page_xml(root):
    save(root / "bazar-1_0001.png", page())
    regions = "".join(
        f'<{"GraphicRegion" if kind == "illustration" else "TextRegion"} id="r{at}"'
        + {"header": ' type="header"', "caption": ' type="caption"'}.get(kind, "")
        + f'><Coords points="{x0},{y0} {x1 - 1},{y0} {x1 - 1},{y1 - 1} {x0},{y1 - 1}"/>'
        + ("" if kind == "illustration" else
           f'<TextLine id="l{at}"><Coords points="{x0},{y0} {x1 - 1},{y0} {x1 - 1},{y1 - 1} {x0},{y1 - 1}"/>'
           "<TextEquiv><Unicode>w</Unicode></TextEquiv></TextLine>")
        + f'</{"GraphicRegion" if kind == "illustration" else "TextRegion"}>'
        for at, (kind, x0, y0, x1, y1) in enumerate(rectangles())
    )  # fmt: skip
    (root / "bazar-1_0001.xml").write_text(
        '<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">'
        f'<Page imageFilename="bazar-1_0001.png" imageWidth="80" imageHeight="120">{regions}'
        "</Page></PcGts>"
    )


FORMS = {
    "folders": write_folders,
    "maps": write_maps,
    "combined": write_combined,
    "coco": write_coco,
    "page-xml": write_page_xml,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_label_map(tmp_path, form):
    FORMS[form](tmp_path)
    (pair,) = read_pairs(tmp_path)
    assert (pair.name, pair.issue) == ("bazar-1_0001", "bazar-1")
    assert (pair.page() == page()).all()
    same = pair.labels() == labels()
    assert same.mean() > 0.985, f"{1 - same.mean():.3f} of the pixels differ"


@pytest.mark.parametrize("suffix", [".map.png", ".json", ".xml"])
def test_names_with_dots_and_brackets_find_their_own_page(tmp_path, suffix):
    names = ["bazar.1871.0001", "bazar.1871.0002", "bazar [1871] 3"]
    for seed, name in enumerate(names):
        save(tmp_path / f"{name}.png", page(seed))
        (tmp_path / f"{name}{suffix}").write_text("{}")
    by_name = {pair.name: pair for pair in read_pairs(tmp_path)}
    assert sorted(by_name) == sorted(names)
    assert all((by_name[name].page() == page(seed)).all() for seed, name in enumerate(names))


def test_pages_that_are_only_numbered_belong_to_their_folder(tmp_path):
    for source in ("lantern-3", "lantern-4"):
        for at, name in enumerate(("p1", "page_001", "0007", "IMG_12", "Seite 5", "bazar-1_2")):
            save(tmp_path / source / f"{name}.png", page(at))
            save(tmp_path / source / f"{name}.map.png", labels())
        issues = {pair.name: pair.issue for pair in read_pairs(tmp_path / source)}
        assert issues.pop("bazar-1_2") == "bazar-1"
        assert set(issues.values()) == {source}


def test_numbered_pages_in_two_folders_belong_to_the_folder_above(tmp_path):
    save(tmp_path / "lantern-3/A/page_001.png", page())
    save(tmp_path / "lantern-3/B/page_001.png", labels())
    assert [pair.issue for pair in read_pairs(tmp_path / "lantern-3")] == ["lantern-3"]


def test_annotations_say_nothing_of_what_they_do_not_name(tmp_path):
    save(tmp_path / "a_1.png", page())
    record = {"width": 160, "height": 240, "source": "x",
              "illustrations": [{"box": [20, 40, 140, 120]},
                                {"box": [0, 0, 40, 20], "class": "ornament"}]}  # fmt: skip
    (tmp_path / "a_1.json").write_text(json.dumps(record))
    (pair,) = read_pairs(tmp_path)
    assert set(np.unique(pair.labels())) == {1, 255} and (pair.labels()[22:58, 12:68] == 1).all()


def test_colors_survive_jpeg_and_strange_ones_are_refused(tmp_path):
    path = save(tmp_path / "a.jpg", to_colors(labels()), quality=90)
    rgb = np.asarray(Image.open(path).convert("RGB"))
    assert (from_colors(rgb) == labels()).mean() > 0.95
    with pytest.raises(ValueError, match="colors of no class; classes are background"):
        from_colors(np.full((9, 9, 3), 128, np.uint8))
    assert (to_colors(labels())[30, 30] == PALETTE[1]).all()


def test_a_grey_map_with_a_label_of_no_class_is_no_background(tmp_path):
    path = save(tmp_path / "a.map.png", np.where(labels() == 1, 7, labels()).astype(np.uint8))
    with pytest.raises(ScanError, match="a.map.png: label 7 is of no class"):
        read_map(path)


def test_shapes_are_painted_at_the_size_of_the_scan():
    drawn = paint([([(0, 0), (10, 0), (10, 10), (0, 10)], 1)], (20, 20), (40, 40), beside=255)
    assert (drawn[:20, :20] == 1).all() and drawn[30, 30] == 255


def collected(root, to):
    results = list(combine(read_pairs(root), to, source=root.name))
    good = [result for result in results if not isinstance(result, ArchiveError)]
    return good, [str(result) for result in results if isinstance(result, ArchiveError)]


def test_a_set_has_the_pages_bit_for_bit_and_passes_its_check(tmp_path):
    write_folders(tmp_path / "in")
    (entry,), bad = collected(tmp_path / "in", tmp_path / "set")
    original = (tmp_path / "in/A/bazar-1_0001.png").read_bytes()
    assert not bad and (tmp_path / "set/A" / entry.page).read_bytes() == original
    assert (load_labels(tmp_path / "set/B/bazar-1_0001.png") == labels()).all()
    assert list(check(tmp_path / "set")) == []
    assert shares(tmp_path / "set")["illustration"] == pytest.approx(0.25)
    assert collected(tmp_path / "in", tmp_path / "set")[0] == [entry]


def test_another_page_of_the_same_name_gets_a_name_of_its_own(tmp_path):
    write_maps(tmp_path / "one")
    write_maps(tmp_path / "two")
    save(tmp_path / "two" / "bazar-1_0001.png", page(seed=5))
    collected(tmp_path / "one", tmp_path / "set")
    collected(tmp_path / "two", tmp_path / "set")
    names = [entry.name for entry in read_manifest(tmp_path / "set")]
    assert len(names) == 2 and names[1].startswith("bazar-1_0001-")


@pytest.mark.parametrize("content", [None, b"cut"])
def test_a_page_that_was_lost_is_put_back_under_its_name(tmp_path, content):
    write_maps(tmp_path / "one")
    write_maps(tmp_path / "two")
    save(tmp_path / "two" / "bazar-1_0001.png", page(seed=5))
    collected(tmp_path / "one", tmp_path / "set")
    collected(tmp_path / "two", tmp_path / "set")
    before = read_manifest(tmp_path / "set")
    lost = tmp_path / "set/A/bazar-1_0001.png"
    lost.unlink() if content is None else lost.write_bytes(content)
    for source in ("two", "one"):
        assert collected(tmp_path / source, tmp_path / "set")[1] == []
    assert read_manifest(tmp_path / "set") == before
    assert list(check(tmp_path / "set")) == []


def test_names_that_are_no_text_come_into_the_set(tmp_path):
    source = tmp_path / os.fsdecode(b"in\xff")
    save(source / os.fsdecode(b"b\xff.png"), page())
    save(source / os.fsdecode(b"b\xff.map.png"), labels())
    (entry,), bad = collected(source, tmp_path / "set")
    assert not bad and (entry.name, entry.source) == ("b\\udcff", "in\\udcff")
    assert read_manifest(tmp_path / "set") == [entry] and list(check(tmp_path / "set")) == []
    assert collected(source, tmp_path / "set")[0] == [entry]


def test_the_manifest_holds_what_was_copied_before_a_run_was_broken_off(tmp_path):
    write_maps(tmp_path / "in")
    save(tmp_path / "in" / "z_1.png", page(2))
    save(tmp_path / "in" / "z_1.map.png", labels())
    running = combine(read_pairs(tmp_path / "in"), tmp_path / "set", source="in")
    entry = next(running)
    running.close()
    assert read_manifest(tmp_path / "set") == [entry]


def annotated(path, **changes):
    save(path.with_suffix(".png"), page())
    record = {
        "width": 80,
        "height": 120,
        "source": "x",
        "illustrations": [{"box": [10, 20, 70, 60]}],
    }
    path.write_text(json.dumps(record | changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"width": 0}, "0 x 120 pixels; width and height are those of its scan"),
        ({"height": -5}, "80 x -5 pixels"),
        ({"illustrations": [{"box": [70, 20, 10, 60]}]}, "box .* has no area; give left, top"),
        ({"illustrations": [{"box": [10, 60, 70, 60]}]}, "has no area"),
        ({"illustrations": [{"box": [1, 2, 3, 4], "polygon": [[1, 2]]}]}, "a polygon of 1 points"),
        ({"illustrations": [{"box": [1, 2, 3, 4], "class": "picture"}]}, "class 'picture' is none of"),
        ({"ignore": [{"polygon": [[1, 2], [3, 4]]}]}, "a polygon of 2 points; draw it with three"),
        ({"ignore": [{"box": [5, 5, 1, 1]}]}, "has no area"),
        ({"ignore": [{}]}, "neither box nor polygon"),
    ],
)  # fmt: skip
def test_a_wrong_annotation_is_named_and_the_rest_comes_in(tmp_path, changes, reason):
    (tmp_path / "in").mkdir()
    annotated(tmp_path / "in" / "a_1.json", **changes)
    annotated(tmp_path / "in" / "b_1.json")
    good, (error,) = collected(tmp_path / "in", tmp_path / "set")
    assert [entry.name for entry in good] == ["b_1"]
    assert "a_1.json: " in error and re.search(reason, error)
    with pytest.raises(DocumentError, match=reason):
        list(annotated_pages(tmp_path / "in"))


def test_an_annotation_that_is_no_json_does_not_cost_the_others(tmp_path):
    (tmp_path / "in").mkdir()
    annotated(tmp_path / "in" / "a_1.json")
    (tmp_path / "in" / "a_1.json").write_text("{")
    good, (error,) = collected(tmp_path / "in", tmp_path / "set")
    assert not good and "a_1.json: " in error
    annotated(tmp_path / "in" / "b_1.json")
    good, (error,) = collected(tmp_path / "in", tmp_path / "set")
    assert [entry.name for entry in good] == ["b_1"] and "a_1.json: " in error
    (tmp_path / "in" / "instances.json").write_text("{")
    (tmp_path / "in" / "a_1.json").unlink()
    (tmp_path / "in" / "b_1.json").unlink()
    with pytest.raises(ScanError, match="instances.json: no JSON"):
        read_pairs(tmp_path / "in")


def test_one_page_of_coco_without_a_size_costs_only_itself(tmp_path):
    write_coco(tmp_path / "in")
    save(tmp_path / "in" / "bazar-1_0002.png", page(2))
    record = json.loads((tmp_path / "in/coco.json").read_text())
    record["images"].append({"id": 8, "file_name": "bazar-1_0002.png", "width": 0, "height": 120})
    (tmp_path / "in/coco.json").write_text(json.dumps(record))
    good, (error,) = collected(tmp_path / "in", tmp_path / "set")
    assert [entry.name for entry in good] == ["bazar-1_0001"]
    assert "coco.json: bazar-1_0002.png is 0 x 120 pixels" in error


def test_a_page_is_never_shown_as_its_map_or_as_another_page(tmp_path):
    for name in ("p [1]", "q"):
        (tmp_path / f"{name}.json").write_text('{"width": 80, "height": 120, "source": "x"}')
        save(tmp_path / f"{name}.map.png", labels())
        save(tmp_path / f"{name}.1.png", page(3))
        save(tmp_path / f"{name}.tif", page())
    by_name = {
        annotated_page.name: page_image(tmp_path, annotated_page).name
        for annotated_page in annotated_pages(tmp_path)
    }
    assert by_name == {"p [1]": "p [1].tif", "q": "q.tif"}
    (tmp_path / "q.tif").unlink()
    with pytest.raises(ConfigError, match="has no scan of q"):
        [page_image(tmp_path, annotated_page) for annotated_page in annotated_pages(tmp_path)]


def spoiled(root):
    write_folders(root)
    save(root / "A" / "alone.png", page())
    save(root / "B" / "drawn.png", to_colors(labels()))
    save(root / "A" / "small.png", page()[:60])
    save(root / "B" / "small.png", to_colors(labels()))
    save(root / "A" / "grey.png", page())
    save(root / "B" / "grey.png", np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    save(root / "A" / "cut.png", page()).write_bytes(b"\x89PNG cut")
    save(root / "B" / "cut.png", to_colors(labels()))


def test_what_is_not_whole_is_named_and_the_rest_comes_in(tmp_path):
    spoiled(tmp_path / "in")
    good, bad = collected(tmp_path / "in", tmp_path / "set")
    assert [entry.name for entry in good] == ["bazar-1_0001"] and len(bad) == 5
    messages = "\n".join(bad)
    for part in ("alone.png: has no label map", "drawn.png: has no page", "80 x 60",
                 "colors of no class", "cut.png"):  # fmt: skip
        assert part in messages


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r: r["categories"].append({"id": 9, "name": "stamp"}), "'stamp' is none of"),
        (lambda r: r["annotations"][0].update(segmentation={"counts": "x"}), "run-length"),
        (lambda r: r["annotations"][0].update(segmentation=[]), "neither outline nor box"),
        (lambda r: r["annotations"][0].update(segmentation=[[1, 2, 3, 4]]), "of 2 points"),
        (lambda r: r["images"][0].update(file_name="../../x.png"), "leads out"),
        (lambda r: r["images"][0].pop("width"), "no COCO annotation"),
        (lambda r: r["images"][0].update(width=0), "png is 0 x 120 pixels"),
        (
            lambda r: r["annotations"][0].update(segmentation=[[1, 2, 9, float("nan"), 9, 9]]),
            "no number",
        ),
    ],
)
def test_coco_that_we_cannot_read_is_refused(tmp_path, change, reason):
    write_coco(tmp_path)
    record = json.loads((tmp_path / "coco.json").read_text())
    change(record)
    (tmp_path / "coco.json").write_text(json.dumps(record))
    with pytest.raises(ScanError, match=reason):
        [pair.labels() for pair in read_pairs(tmp_path)]


@pytest.mark.parametrize("outline", [{"segmentation": []}, {"segmentation": None}, {}])
def test_coco_boxes_without_an_outline_are_painted(tmp_path, outline):
    write_coco(tmp_path)
    record = json.loads((tmp_path / "coco.json").read_text())
    for item, (_, x0, y0, x1, y1) in zip(record["annotations"], rectangles(), strict=True):
        del item["segmentation"]
        item.update(outline, bbox=[x0, y0, x1 - x0 - 1, y1 - y0 - 1])
    (tmp_path / "coco.json").write_text(json.dumps(record))
    (pair,) = read_pairs(tmp_path)
    assert (pair.labels() == labels()).mean() > 0.985


def test_a_folder_without_pairs_is_refused(tmp_path):
    with pytest.raises(ScanError, match="no training pairs"):
        read_pairs(tmp_path)
    with pytest.raises(ScanError, match="is no folder"):
        read_pairs(tmp_path / "absent")


def many(folder, issues=40, pages=3):
    for issue in range(issues):
        for number in range(pages):
            save(folder / f"i{issue}" / f"i{issue}_{number}.png", page(issue * 10 + number))
            save(folder / f"i{issue}" / f"i{issue}_{number}.map.png", labels())
    return collected(folder, folder.parent / "set")[0]


def test_an_issue_is_never_divided_and_the_split_repeats(tmp_path):
    entries = many(tmp_path / "in")
    parted = split(entries, validation=0.2, test=0.1, seed=3)
    assert parted == split(reversed(entries), validation=0.2, test=0.1, seed=3)[::-1]
    parts = {entry.issue: entry.part for entry in parted}
    assert all(parts[entry.issue] == entry.part for entry in parted)
    assert {"train", "validation", "test"} == set(parts.values())
    assert parted != split(entries, validation=0.2, test=0.1, seed=4)
    with pytest.raises(ValueError, match="below 1"):
        split(entries, validation=0.6, test=0.5, seed=1)


def test_a_split_leaves_something_to_train_on_and_says_what_is_empty(tmp_path):
    entries = many(tmp_path / "in", issues=1)
    seeds = {split_part(entries, seed): seed for seed in range(40)}
    assert set(seeds) == {"train", "none"}
    arguments = ["dataset", "split", str(tmp_path / "set"), "--validation", "0.4"]
    arguments += ["--test", "0", "--seed"]
    before = (tmp_path / "set" / MANIFEST).read_bytes()
    with pytest.raises(ConfigError, match="of 1 issues none is left to train on; lower"):
        CliRunner().invoke(
            group, [*arguments, str(seeds["none"])], standalone_mode=False, catch_exceptions=False
        )
    assert (tmp_path / "set" / MANIFEST).read_bytes() == before
    result = CliRunner().invoke(group, [*arguments, str(seeds["train"])], standalone_mode=False)
    assert "validation has no issue" in result.stderr and "test has" not in result.stderr


def split_part(entries, seed):
    try:
        return split(entries, validation=0.4, test=0, seed=seed)[0].part
    except ValueError:
        return "none"


def test_a_set_that_grows_keeps_its_parts(tmp_path):
    parted = split(many(tmp_path / "in", issues=9, pages=2), validation=0.3, test=0.3, seed=1)
    parts = {entry.issue: entry.part for entry in parted}
    assert set(parts.values()) == {"train", "validation", "test"}
    write_manifest(tmp_path / "set", parted)
    many(tmp_path / "in", issues=10, pages=3)
    entries = read_manifest(tmp_path / "set")
    assert len(entries) == 30
    assert all(entry.part == parts.get(entry.issue, "") for entry in entries)


def test_check_finds_what_was_done_to_a_set(tmp_path):
    entries = split(many(tmp_path / "in", issues=4), validation=0, test=0, seed=1)
    folder = tmp_path / "set"
    entries[0] = type(entries[0])(**{**_as_dict(entries[0]), "part": "test"})
    write_manifest(folder, entries)
    save(folder / "A" / entries[3].page, page(99))
    (folder / "B" / f"{entries[6].name}.png").unlink()
    save(folder / "B" / "stray.png", labels())
    messages = "\n".join(check(folder))
    for part in ("i0: is in test and train", "was changed", "is gone", "stray.png: is not in"):
        assert part in messages


def relabeled(folder, entry, value):
    """Give a map a label by hand, and the manifest its digest."""
    path = folder / "B" / f"{entry.name}.png"
    save(path, np.where(labels() == 1, value, labels()).astype(np.uint8))
    return replace(entry, labels_sha256=sha256(path))


def test_check_names_labels_of_no_class_and_goes_on(tmp_path):
    entries, folder = many(tmp_path / "in", issues=1), tmp_path / "set"
    for at, value in enumerate((7, 255)):
        entries[at] = relabeled(folder, entries[at], value)
    (folder / "B" / f"{entries[2].name}.png").unlink()
    write_manifest(folder, entries)
    results = list(check(folder))
    assert len(results) == 2 and "is gone" in results[1]
    assert results[0].startswith(f"{folder / 'B' / entries[0].name}.png: label 7 is of no class")
    assert "combine it again" in results[0]
    result = CliRunner().invoke(group, ["dataset", "check", str(folder)], standalone_mode=False)
    assert result.return_value == 1 and "label 7 is of no class" in result.stderr


@pytest.mark.parametrize("value", [5, 128, 254])
def test_labels_of_no_class_are_never_trained_on(tmp_path, value):
    (entry, *others), folder = many(tmp_path / "in", issues=1), tmp_path / "set"
    assert len(set_pages(folder, "train")) == 3  # not kept for the next call: it has another size
    write_manifest(folder, [relabeled(folder, entry, value), *others])
    expected = rf"B/{entry.name}.png: label {value} is of no class; .* combine it again"
    with pytest.raises(ScanError, match=expected):
        set_pages(folder, "train", 512)


def _as_dict(entry):
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}


def test_a_damaged_manifest_is_named(tmp_path):
    with pytest.raises(ScanError, match="dataset combine makes it"):
        read_manifest(tmp_path)
    (tmp_path / MANIFEST).write_text("name,width\nx,wide\n")
    with pytest.raises(ScanError, match="damaged .* move it away, then combine all sources again"):
        read_manifest(tmp_path)


def test_the_commands_make_a_set(tmp_path):
    def call(*arguments):
        result = CliRunner().invoke(group, ["dataset", *map(str, arguments)], standalone_mode=False)
        return result.return_value, result.output + result.stderr

    spoiled(tmp_path / "in")
    code, output = call("combine", tmp_path / "in", "--to", tmp_path / "set")
    assert code == 1 and "1 pairs" in output and "5 refused" in output
    code, _ = call("combine", tmp_path / "in", "--to", tmp_path / "set", "--keep-going")
    assert code == 0
    assert call("split", tmp_path / "set", "--validation", "0", "--test", "0")[0] == 0
    code, output = call("check", tmp_path / "set")
    assert code == 0 and "illustration  25.0 %" in output
    (tmp_path / "set/B/bazar-1_0001.png").write_bytes(b"")
    assert call("check", tmp_path / "set")[0] == 1


def test_a_source_that_cannot_be_read_does_not_cost_the_next_one(tmp_path):
    write_maps(tmp_path / "good")
    write_coco(tmp_path / "bad")
    (tmp_path / "bad/coco.json").write_text('{"images": [], "categories": [{}]}')
    arguments = ["dataset", "combine", *(str(tmp_path / name) for name in ("bad", "good"))]
    result = CliRunner().invoke(
        group, [*arguments, "--to", str(tmp_path / "set"), "--keep-going"], standalone_mode=False
    )
    assert result.return_value == 1 and "coco.json: no COCO annotation" in result.stderr
    assert len(read_manifest(tmp_path / "set")) == 1

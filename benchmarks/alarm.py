"""Plant wrong pages in real issues, and count how many are called to a person's attention.

    python -m benchmarks.alarm PAGES CACHE [--describe]

PAGES is a folder of scans; those whose names begin alike are an issue (``_ISSUES``). ``--describe``
takes every page, and a wrong copy for every kind of fault, as far as its description, and keeps
that in CACHE: minutes of reading. Without it the descriptions are judged: the good pages of an
issue together, and each wrong page alone among them.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from archive.images.images import load_image
from archive.store import write_whole
from archive.weights import LETTERS_FILE
from archive.wordlists import vocabulary
from pipeline.describe.alarm import AlarmRule, alarms
from pipeline.describe.page_kind import with_page_kind
from pipeline.geometry import region_to_master, text_to_master
from pipeline.prepare.letters import letter_model
from pipeline.prepare.look import look_of
from pipeline.prepare.straighten import apply_transform, find_transform, reduced, to_grey
from pipeline.prepare.upright import find_capture
from pipeline.recognize.page import read_page
from pipeline.recognize.quality import known_share
from pipeline.separate.regions import find_regions
from pipeline.separate.separation import separate
from schemas.codec import from_json, to_json
from schemas.model import RGB8, Illustration, IssueId, IssueMetadata, PageId, RegionKind, Scan
from schemas.published import PageDescription, PublishedPage
from tasks.flow.separators import separator
from tasks.flow.text_engines import readers
from tasks.settings import Settings

_ISSUES = {
    r"(pg\d+)_": "eng", r"(pg22416)_": "fre", r"(idler)_": "eng", r"(g1\d_\w+?)_": "fre",
    r"(setaf_Faictz)": "fre",
}  # fmt: skip
"""How the names of an issue's pages begin, and its language; the last that fits counts."""
_FEWEST, _MOST = 9, 24
_FAULTS = ("turned", "sideways", "mirrored", "negative", "noise", "foreign", "blurred", "garbage")
_TILE = 32
_DPI = 200.0


def main() -> None:
    """Describe the pages, or judge their descriptions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--describe", action="store_true")
    args = parser.parse_args()
    issues = _issues(args.pages)
    if args.describe:
        args.cache.mkdir(parents=True, exist_ok=True)
        for name, paths in issues.items():
            _describe(name, paths, _foreign(name, issues), args.cache)
    else:
        _judge(args.cache)


def _judge(cache: Path) -> None:
    """Print how many good and wrong pages alarm, and which do not as they should."""
    issues: dict[str, list[tuple[str, str, PublishedPage]]] = defaultdict(list)
    for path in sorted(cache.glob("*.json")):
        issue, _, fault = path.stem.rsplit("_", 2)
        page = _with_kind(from_json(PublishedPage, path.read_bytes(), name=str(path)))
        issues[issue].append((path.stem, fault, page))
    pages: Counter[str] = Counter()
    alarmed: Counter[str] = Counter()
    for described in issues.values():
        good = [page for _, fault, page in described if fault == "good"]
        reasons_by_page = alarms(good, AlarmRule())
        pages["good"] += len(good)
        alarmed["good"] += sum(bool(reasons) for reasons in reasons_by_page)
        for page, reasons in zip(good, reasons_by_page, strict=True):
            if reasons:
                print(f"good, and an alarm: {page.scan.name}: {'; '.join(reasons)}")
        for name, fault, page in described:
            if fault != "good":
                is_found = bool(alarms([*good, page], AlarmRule())[-1])
                pages[fault] += 1
                alarmed[fault] += is_found
                if not is_found:
                    print(f"wrong, and no alarm: {name}")
    print("| page | pages | alarm |\n|---|---:|---:|")
    for fault in ("good", *_FAULTS):
        print(f"| {fault} | {pages[fault]} | {alarmed[fault]} |")
    wrong, found_wrong = (sum(c.values()) - c["good"] for c in (pages, alarmed))
    print(f"wrong pages that alarm: {found_wrong / wrong:.3f}; good ones: "
          f"{alarmed['good'] / pages['good']:.3f}")  # fmt: skip


def _with_kind(page: PublishedPage) -> PublishedPage:
    """Return ``page`` with the pictures and the kind that its regions make."""
    description = page.description
    pictures = tuple(
        Illustration(description.page, ordinal, region.box, region.polygon, region.probability)
        for ordinal, region in enumerate(description.regions, start=1)
        if region.kind is RegionKind.ILLUSTRATION
    )
    described = with_page_kind(
        replace(description, illustrations=pictures),
        page.scan,
        is_outer=description.page.sequence == 1,
    )
    return replace(page, description=described)


def _issues(folder: Path) -> dict[str, list[Path]]:
    issues: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.iterdir()):
        names = [match[1] for begin in _ISSUES if (match := re.match(begin, path.name))]
        if names:
            issues[names[-1]].append(path)
    return {name: paths[:_MOST] for name, paths in issues.items() if len(paths) >= _FEWEST}


def _foreign(name: str, issues: dict[str, list[Path]]) -> list[Path]:
    """Return pages of the two issues that follow ``name``."""
    names = sorted(issues)
    at = names.index(name)
    return [issues[names[(at + step) % len(names)]][step * 3] for step in (1, 2)]


def _describe(name: str, paths: Sequence[Path], foreign: Sequence[Path], cache: Path) -> None:
    language = next(
        metadata for begin, metadata in reversed(_ISSUES.items()) if re.match(begin, paths[0].name)
    )
    rng = np.random.default_rng(len(paths))
    chosen = [paths[at] for at in rng.integers(len(paths), size=len(_FAULTS))]
    pages = [(path, "good") for path in paths]
    pages += [
        (path, fault) for path, fault in zip(chosen, _FAULTS, strict=True) if fault != "foreign"
    ]
    pages += [(path, "foreign") for path in foreign]
    for sequence, (path, fault) in enumerate(pages, start=1):
        target = cache / f"{name}_{sequence:03d}_{fault}.json"
        if target.exists():
            continue
        scan = _faulty(load_image(path).rgb, fault, rng)
        page = PageId(IssueId(re.sub(r"\W|_", "-", name.lower())), sequence)
        described = PublishedPage(_scan(page, path, scan), _description(page, scan, language))
        write_whole(target, to_json(described))
        print(target.name, flush=True)


def _scan(page: PageId, path: Path, rgb: RGB8) -> Scan:
    height, width = rgb.shape[:2]
    return Scan(page, path.name, path.name, "", width, height, _DPI, "image/png", "RGB", 8, 0)


def _faulty(rgb: RGB8, fault: str, rng: np.random.Generator) -> RGB8:
    """Return ``rgb`` with ``fault``; a good page and one of another issue are as they are."""
    height, width = rgb.shape[:2]
    if fault == "turned":
        return np.ascontiguousarray(np.rot90(rgb, 2))
    if fault == "sideways":
        return np.ascontiguousarray(np.rot90(rgb))
    if fault == "mirrored":
        return np.ascontiguousarray(rgb[:, ::-1])
    if fault == "negative":
        return np.invert(rgb)
    if fault == "noise":
        return np.clip(rng.normal(215, 25, rgb.shape), 0, 255).astype(np.uint8)
    if fault == "blurred":
        return np.asarray(cv2.GaussianBlur(rgb, (0, 0), max(height, width) / 320), dtype=np.uint8)
    return _shuffled(rgb, rng) if fault == "garbage" else rgb


def _shuffled(rgb: RGB8, rng: np.random.Generator) -> RGB8:
    """Return ``rgb`` in tiles out of order, as of a damaged file."""
    rows, columns = (side // _TILE for side in rgb.shape[:2])
    whole = rgb[: rows * _TILE, : columns * _TILE]
    tiles = (
        whole.reshape(rows, _TILE, columns, _TILE, 3).swapaxes(1, 2).reshape(-1, _TILE, _TILE, 3)
    )
    mixed = tiles[rng.permutation(len(tiles))].reshape(rows, columns, _TILE, _TILE, 3)
    return np.ascontiguousarray(mixed.swapaxes(1, 2).reshape(whole.shape))


def _description(page: PageId, scan: RGB8, language: str) -> PageDescription:
    """Return what the stages make of ``scan``, without cut-outs."""
    settings = Settings()
    capture, evidence = find_capture(to_grey(scan), letter_model(LETTERS_FILE.read_bytes()))
    rgb = capture.shown(scan)
    result = find_transform(rgb, max_skew_degrees=settings.prepare.max_skew_degrees)
    prepared = apply_transform(rgb, result.transform, paper=result.paper)
    (separation,) = separate(
        [reduced(prepared, settings.prepare.reduced_long_side)], separator(settings.separate)
    )
    grey, transform = to_grey(prepared), result.transform
    regions = find_regions(
        separation.probabilities,
        page_width=transform.width,
        page_height=transform.height,
        min_area=settings.separate.min_area,
        page=grey,
    )
    text = read_page(
        page,
        grey,
        separation.class_map,
        regions,
        readers=readers(IssueMetadata(languages=(language,), script="Latn"), settings.recognize),
        dpi=_DPI,
        min_text_area=1.0,
    )
    text = text_to_master(text, transform)
    return PageDescription(
        page,
        regions=tuple(region_to_master(r, transform) for r in regions if transform.shows(r.box)),
        text=text,
        confidence=text.confidence,
        known_words=known_share(text.regions, vocabulary((language,))),
        capture=capture,
        look=look_of(prepared, evidence),
    )


if __name__ == "__main__":
    main()

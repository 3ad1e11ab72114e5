"""A training set on disk: combined from many sources, split by issue, checked.

DIR/A/NAME.*      pages, bit for bit where they were whole files
DIR/B/NAME.png    label maps, 8 bit, 0 to 4, 255 = do not count
DIR/manifest.csv  name, issue, part, digests, sizes, source
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256 as digest_of
from pathlib import Path

import msgspec
import numpy as np

from archive.images.images import load_image, load_labels, save_png
from archive.ingest.names import printable_name
from archive.store import sha256, whole, write_whole
from archive.training.pair import Pair
from schemas.errors import ArchiveError, ScanError
from schemas.labels import IGNORE
from schemas.model import CLASSES, ClassMap

MANIFEST = "manifest.csv"
PARTS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Entry:
    """A pair in a training set; ``part`` is empty until it is split."""

    name: str
    issue: str
    part: str
    page: str
    page_sha256: str
    labels_sha256: str
    width: int
    height: int
    source: str


def combine(pairs: Iterable[Pair], to: Path, *, source: str) -> Iterator[Entry | ArchiveError]:
    """Add ``pairs`` to the training set ``to``; yield each entry, or what is wrong with a pair.

    A pair whose page is there already under its name is not written again. Other content under
    the same name gets a name of its own. In a set that was split, a pair keeps its part, and a
    new one goes to that of its issue. The manifest is written though the rest was broken off.
    """
    known = {entry.name: entry for entry in read_manifest(to)} if (to / MANIFEST).exists() else {}
    try:
        for pair in map(_printable, pairs):
            try:
                entry = _add(pair, to, printable_name(source), known)
            except ArchiveError as error:
                yield error
            except (ValueError, OSError) as error:
                yield ScanError(f"{pair.path}: {error}")
            else:
                known[entry.name] = entry
                yield entry
    finally:
        if known:
            write_manifest(to, known.values())


def split(entries: Iterable[Entry], *, validation: float, test: float, seed: int) -> list[Entry]:
    """Return ``entries`` with a part each; an issue is never divided.

    Issues are ordered by a digest of seed and name, so that a set that grows keeps its parts.

    Raises:
        ValueError: the shares leave nothing to train on.
    """
    if not (validation >= 0 and test >= 0 and validation + test < 1):
        raise ValueError("validation and test are shares from 0, together below 1")
    parted = []
    for entry in entries:
        place = int(digest_of(f"{seed}:{entry.issue}".encode()).hexdigest()[:8], 16) / 2**32
        part = "test" if place < test else "validation" if place < test + validation else "train"
        parted.append(replace(entry, part=part))
    if all(entry.part != "train" for entry in parted):
        count = len({entry.issue for entry in parted})
        raise ValueError(
            f"of {count} issues none is left to train on; lower the shares, take another seed or "
            "combine more issues"
        )
    return parted


def check(folder: Path) -> Iterator[str]:
    """Yield what is wrong with the training set in ``folder``, a line each.

    Raises:
        ScanError: it has no manifest.
    """
    entries = read_manifest(folder)
    parts: dict[str, set[str]] = {}
    pages: dict[str, str] = {}
    for entry in entries:
        yield from _faults(folder, entry)
        parts.setdefault(entry.issue, set()).add(entry.part)
        other = pages.setdefault(entry.page_sha256, entry.name)
        if other != entry.name:
            yield f"{entry.name}: is the same page as {other}; take one out"
    for issue, parts_of_issue in sorted(parts.items()):
        if len(parts_of_issue) > 1:
            yield f"{issue}: is in {' and '.join(sorted(parts_of_issue))}; split the set again"
    listed = {entry.name for entry in entries}
    for path in sorted((folder / "B").glob("*.png")):
        if path.stem not in listed:
            yield f"{path}: is not in the manifest; combine it again"


def shares(folder: Path) -> dict[str, float]:
    """Return the share of every class over the label maps in ``folder``."""
    counts = np.zeros(256, np.int64)
    for entry in read_manifest(folder):
        labels = load_labels(labels_path(folder, entry))
        counts += np.bincount(labels.ravel(), minlength=256)
    total = max(1, int(counts.sum()))
    named = dict(zip(CLASSES, (counts[: len(CLASSES)] / total).tolist(), strict=True))
    return named | {"not counted": float(counts[IGNORE] / total)}


def read_manifest(folder: Path) -> list[Entry]:
    """Return the entries of the training set in ``folder``.

    Raises:
        ScanError: there is no manifest, or it is damaged.
    """
    path = folder / MANIFEST
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        return msgspec.convert(rows, list[Entry], strict=False)
    except OSError as error:
        raise ScanError(
            f"{path}: {error.strerror}; bilderbogen dataset combine makes it"
        ) from error
    except (msgspec.ValidationError, csv.Error, UnicodeDecodeError) as error:
        raise ScanError(
            f"{path}: damaged ({error!r}); move it away, then combine all sources again and split"
        ) from error


def write_manifest(folder: Path, entries: Iterable[Entry]) -> None:
    """Write the manifest of the training set in ``folder``, by name."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(Entry)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(entry) for entry in sorted(entries, key=lambda field: field.name))
    write_whole(folder / MANIFEST, out.getvalue().encode())


def page_path(folder: Path, entry: Entry) -> Path:
    """Return the page of ``entry``."""
    return folder / "A" / entry.page


def labels_path(folder: Path, entry: Entry) -> Path:
    """Return where the label map of ``entry`` lies."""
    return folder / "B" / f"{entry.name}.png"


def page_labels(folder: Path, entry: Entry) -> ClassMap:
    """Return the label map of ``entry``.

    Raises:
        ScanError: it is absent, damaged, or has a label of no class.
    """
    path = labels_path(folder, entry)
    labels = load_labels(path)
    _check_classes(labels, path)
    return labels


def _check_classes(labels: ClassMap, path: Path) -> None:
    unknown = sorted(set(np.unique(labels).tolist()) - {*range(len(CLASSES)), IGNORE})
    if unknown:
        raise ScanError(
            f"{path}: label {unknown[0]} is of no class; labels are 0 to 4 and 255: correct the "
            "map at its source and combine it again"
        )


def _printable(pair: Pair) -> Pair:
    return replace(pair, name=printable_name(pair.name), issue=printable_name(pair.issue))


def _add(pair: Pair, to: Path, source: str, known: dict[str, Entry]) -> Entry:
    page, labels = pair.page(), pair.labels()
    if page.shape[:2] != labels.shape:
        raise ScanError(
            f"{pair.path}: page is {page.shape[1]} x {page.shape[0]}, its label map "
            f"{labels.shape[1]} x {labels.shape[0]}; draw it on the same scan"
        )
    _check_classes(labels, pair.path)
    name = _free_name(pair, page.tobytes(), known, to)
    suffix = ".png" if pair.is_half else pair.path.suffix.lower()
    target = to / "A" / f"{name}{suffix}"
    with whole(target) as draft:
        if pair.is_half:
            save_png(draft, page)
        else:
            shutil.copyfile(pair.path, draft)
    with whole(to / "B" / f"{name}.png") as draft:
        save_png(draft, labels)
    height, width = labels.shape
    digests = sha256(target), sha256(to / "B" / f"{name}.png")
    part = _part(name, pair.issue, known)
    return Entry(name, pair.issue, part, target.name, *digests, width, height, source)


def _part(name: str, issue: str, known: dict[str, Entry]) -> str:
    if name in known:
        return known[name].part
    return next((entry.part for entry in known.values() if entry.issue == issue and entry.part), "")


def _free_name(pair: Pair, content: bytes, known: dict[str, Entry], to: Path) -> str:
    there = known.get(pair.name)
    if there is None:
        return pair.name
    free_name = f"{pair.name}-{digest_of(content).hexdigest()[:8]}"
    try:
        before = load_image(page_path(to, there)).rgb.tobytes()
    except ScanError:  # gone or damaged: this one takes its place, if it has none already
        return free_name if free_name in known else pair.name
    return pair.name if before == content else free_name


def _faults(folder: Path, entry: Entry) -> Iterator[str]:
    for path, digest_stated in (
        (page_path(folder, entry), entry.page_sha256),
        (labels_path(folder, entry), entry.labels_sha256),
    ):
        if not path.is_file():
            yield f"{path}: is gone; combine its source again"
            return
        if sha256(path) != digest_stated:
            yield (
                f"{path}: was changed since it was combined; move it away and combine its source "
                "again"
            )
            return
    try:
        labels = page_labels(folder, entry)
    except ScanError as error:
        yield str(error)
        return
    if labels.shape != (entry.height, entry.width):
        yield f"{entry.name}: label map has not the size the manifest says"
    if set(np.unique(labels).tolist()) <= {0, IGNORE}:
        yield f"{entry.name}: nothing is labelled on it; label it or take it out"

"""Error rates of recognized text: edits by Levenshtein, over words or letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from schemas.normalize import normalize


@dataclass(frozen=True, slots=True)
class Errors:
    """Edits and the units they are counted against; pages add up."""

    edits: int = 0
    units: int = 0

    def __add__(self, other: Errors) -> Errors:
        return Errors(self.edits + other.edits, self.units + other.units)

    @property
    def rate(self) -> float:
        """Edits a unit; above 1 where more was read than stands there."""
        return self.edits / self.units if self.units else 0.0


@dataclass(frozen=True, slots=True)
class TextErrors:
    """The errors of a text: words and letters normalized for searching, both as printed.

    ``unordered`` counts normalized words that are missing or too many, whichever is more, and
    does not care where on the page they were read.
    """

    words: Errors = Errors()
    letters: Errors = Errors()
    unordered: Errors = Errors()
    literal_words: Errors = Errors()
    literal_letters: Errors = Errors()

    def __add__(self, other: TextErrors) -> TextErrors:
        return TextErrors(
            self.words + other.words,
            self.letters + other.letters,
            self.unordered + other.unordered,
            self.literal_words + other.literal_words,
            self.literal_letters + other.literal_letters,
        )


def text_errors(got: str, want: str) -> TextErrors:
    """Compare what was read with what is printed; line ends count as spaces."""
    plain_got, plain_want = normalize(got), normalize(want)
    literal_got, literal_want = " ".join(got.split()), " ".join(want.split())
    return TextErrors(
        _errors(plain_got.split(), plain_want.split()),
        _errors(plain_got, plain_want),
        _unordered(plain_got.split(), plain_want.split()),
        _errors(literal_got.split(), literal_want.split()),
        _errors(literal_got, literal_want),
    )


def distance(got: Sequence[Hashable], want: Sequence[Hashable]) -> int:
    """Return the fewest insertions, deletions and substitutions that make ``want`` of ``got``.

    Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", 1966,
    by the rows of Wagner and Fischer, 1974. Insertions run along a row; subtracting each cell's
    column makes them a running minimum, so that a row is one step of numpy.

    >>> distance("kitten", "sitting")
    3
    """
    number = {unit: at for at, unit in enumerate(dict.fromkeys([*got, *want]))}
    columns = np.array([number[unit] for unit in want], dtype=np.int64)
    steps = np.arange(len(want) + 1)
    row = steps
    for at, unit in enumerate(got, start=1):
        kept = row[:-1] + (columns != number[unit])
        best = np.concatenate(([at], np.minimum(kept, row[1:] + 1)))
        row = np.minimum.accumulate(best - steps) + steps
    return int(row[-1])


def _errors(got: Sequence[Hashable], want: Sequence[Hashable]) -> Errors:
    return Errors(distance(got, want), len(want))


def _unordered(got: Sequence[str], want: Sequence[str]) -> Errors:
    has, needs = Counter(got), Counter(want)
    return Errors(max((needs - has).total(), (has - needs).total()), len(want))

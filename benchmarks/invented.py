"""More issues like the demo's: other titles, dates, faces, captions with and without numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.synthesis.magazine import DrawnIssue, PictureOrder
from pipeline.synthesis.type import PASSAGES
from schemas.model import IssueMetadata
from schemas.published import PageHeader

HEADS = {
    "laterne-1871-11": PageHeader("", "Die Laterne", "1871-03-15", "11"),
    "lantern-1908-04": PageHeader("", "The Lantern", "1908-04-18", "4"),
    "lantern-1908-05": PageHeader("", "The Lantern", "1908-05-16", "5"),
}
"""What the running heads of the demo's issues say, by slug."""


@dataclass(frozen=True, slots=True)
class _Country:
    """How issues of one language look; ``heads`` are filled in, {title} {month} {day} and so on."""

    language: str
    script: str
    face: str
    head_face: str
    titles: tuple[str, ...]
    months: tuple[str, ...]
    heads: tuple[str, ...]
    figure: str
    captions: tuple[str, ...]
    passage: str


_GERMAN_WORDS = (
    ("Die Laterne", "Der Hausfreund", "Illustrirte Blätter"),
    ("Januar", "März", "Mai", "August", "Oktober", "Dezember"),
    (
        "{title}.   [Nr. {number}. {day}. {month} {year}. {roman}. Jahrgang.]",
        "{title}.   Nr. {number}.   {day}. {month} {year}.",
    ),
    "Abb. {at}. ",
    ("Das alte Thor.", "Am Ufer des Sees.", "Muster für Stickerei.", "Die Schwester des Malers."),
    PASSAGES[0],
)
_COUNTRIES = (
    _Country("ger", "Latf", "blankenburg", "blankenburg", *_GERMAN_WORDS),
    _Country(
        "eng", "Latn", "garamond", "garamond-bold",
        ("THE EVENING STAR", "THE TRAVELLER", "HOUSEHOLD PAGES"),
        ("January", "March", "May", "August", "October", "December"),
        (
            "{title}.   Vol. {roman}.   No. {number}.   {month} {day}, {year}.",
            "{title}   {month} {day}, {year}   No. {number}",
        ),
        "Fig. {at}. ",
        ("The old gate.", "On the shore of the lake.", "A pattern.", "The painter's sister."),
        PASSAGES[1],
    ),
    _Country(
        "fre", "Latn", "goudy", "old-standard-bold",
        ("LE VOYAGEUR", "LA LANTERNE", "LE MONDE DU SOIR"),
        ("Janvier", "Mars", "Mai", "Août", "Octobre", "Décembre"),
        (
            "{title}.   Tome {roman}.   N° {number}.   {day} {month} {year}.",
            "{title}   {day} {month} {year}   No. {number}",
        ),
        "Fig. {at}. ",
        ("La vieille porte.", "Au bord du lac.", "Un dessin.", "La sœur du peintre."),
        PASSAGES[2],
    ),
    _Country("ger", "Latn", "old-standard", "old-standard-bold", *_GERMAN_WORDS),
)  # fmt: skip
_MONTH_NUMBERS = (1, 3, 5, 8, 10, 12)
_ROMAN = ("III", "VII", "XII", "XVII", "XXIV")
_VOLUMES = ("3", "7", "12", "17", "24")
_SUBJECTS = ("landscape", "balloon", "vase", "ship", "portrait", "pattern")


def invented(rng: np.random.Generator, number: int) -> DrawnIssue:
    """Return an issue of two pages; the language goes round with ``number``."""
    country = _COUNTRIES[number % len(_COUNTRIES)]
    month, volume = (int(at) for at in rng.integers((len(_MONTH_NUMBERS), len(_ROMAN))))
    day, year, issue = (int(at) for at in rng.integers((1, 1840, 1), (29, 1920, 60)))
    title, head = str(rng.choice(country.titles)), str(rng.choice(country.heads))
    metadata = IssueMetadata(
        title=title,
        date=f"{year}-{_MONTH_NUMBERS[month]:02d}-{day:02d}",
        volume=_VOLUMES[volume] if "{roman}" in head else "",
        number=str(issue),
        languages=(country.language,),
        script=country.script,
    )
    filled = head.format(
        title=title,
        number=issue,
        day=day,
        month=country.months[month],
        year=year,
        roman=_ROMAN[volume],
    )
    first, passage = int(rng.integers(2, 400)), country.passage
    pages = (_orders(rng, country, wide=True), _orders(rng, country, wide=False))
    slug = f"invented-{number}"
    return DrawnIssue(
        slug, metadata, country.face, country.head_face, filled, first, passage, pages
    )


def _orders(rng: np.random.Generator, country: _Country, *, wide: bool) -> tuple[PictureOrder, ...]:
    """One picture across both columns, or one in each; every other caption has a number."""
    orders = []
    for _ in range(1 if wide else 2):
        subject = str(rng.choice(("landscape", "ship", "pattern") if wide else _SUBJECTS))
        number = country.figure.format(at=int(rng.integers(1, 60))) if rng.random() < 0.5 else ""
        caption = number + str(rng.choice(country.captions))
        technique = str(rng.choice(("engrave", "screen")))
        orders.append(PictureOrder(subject, technique, caption, 2 if wide else 1))
    return tuple(orders)

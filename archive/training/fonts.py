"""Typefaces from Debian packages, for composed and drawn pages."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import EngineError
from schemas.fonts import FontFace

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))

FACES = {
    # name: (file, style, Debian package)
    "old-standard": ("OldStandard-Regular.ttf", "antiqua", "fonts-oldstandard"),
    "old-standard-italic": ("OldStandard-Italic.ttf", "antiqua", "fonts-oldstandard"),
    "old-standard-bold": ("OldStandard-Bold.ttf", "display", "fonts-oldstandard"),
    "garamond": ("EBGaramond12-Regular.ttf", "antiqua", "fonts-ebgaramond"),
    "garamond-italic": ("EBGaramond12-Italic.ttf", "antiqua", "fonts-ebgaramond"),
    "garamond-bold": ("EBGaramond12-Bold.ttf", "display", "fonts-ebgaramond"),
    "garamond-small-caps": ("EBGaramond12-AllSC.ttf", "display", "fonts-ebgaramond"),
    "blankenburg": ("Blankenburg_UNZ1A.ttf", "blackletter", "fonts-blankenburg"),
    "gotico-durandus": (
        "Fust&Schoeffer-Durandus-GoticoAntiqua118G.otf",
        "blackletter",
        "fonts-gotico-antiqua",
    ),
    "gotico-zainer": ("Zainer-GoticoAntiqua96G.otf", "blackletter", "fonts-gotico-antiqua"),
    "gotico-rusch": ("Rusch-GoticoAntiqua100G.otf", "blackletter", "fonts-gotico-antiqua"),
    "jessen": ("Jessen-Mittel14.otf", "blackletter", "fonts-gotico-antiqua"),
    "hamlet": ("Hamlet-Tertia18.otf", "blackletter", "fonts-gotico-antiqua"),
    "ptolemy": ("Ptolemy-GreatPrimer18.otf", "antiqua", "fonts-gotico-antiqua"),
    "goudy": ("GoudyBookletter1911.otf", "antiqua", "fonts-goudybookletter"),
    "junicode": ("JunicodeTwoBeta-Regular.otf", "antiqua", "fonts-junicode"),
    "junicode-condensed": ("JunicodeTwoBeta-Condensed.otf", "antiqua", "fonts-junicode"),
    "junicode-italic": ("JunicodeTwoBeta-Italic.otf", "antiqua", "fonts-junicode"),
    "junicode-bold": ("JunicodeTwoBeta-ExpandedBold.otf", "display", "fonts-junicode"),
    "libertine": ("LinLibertine_R.otf", "antiqua", "fonts-linuxlibertine"),
    "libertine-bold": ("LinLibertine_RB.otf", "display", "fonts-linuxlibertine"),
    "libertine-display": ("LinLibertine_DR.otf", "display", "fonts-linuxlibertine"),
    "biolinum": ("LinBiolinum_R.otf", "display", "fonts-linuxlibertine"),
    "biolinum-bold": ("LinBiolinum_RB.otf", "display", "fonts-linuxlibertine"),
    "fanwood": ("Fanwood.otf", "antiqua", "fonts-fanwood"),
    "century": ("Century-Catalogue.ttf", "antiqua", "fonts-century-catalogue"),
}


def find_fonts() -> tuple[FontFace, ...]:
    """Return every face of ``FACES``, its font file in memory.

    Raises:
        EngineError: a face is missing; the message is the command that installs it.
    """
    paths: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in folder.rglob("*.[ot]tf"):
            paths.setdefault(path.name, path)
    missing = sorted({package for file, _, package in FACES.values() if file not in paths})
    if missing:
        raise EngineError(f"typefaces are missing; run: apt-get install {' '.join(missing)}")
    return tuple(
        FontFace(name, style, paths[file].read_bytes()) for name, (file, style, _) in FACES.items()
    )

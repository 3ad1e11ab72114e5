"""MIX 2.0 (ANSI/NISO Z39.87): what an image file is, as far as it is known without guessing.

Source: https://www.loc.gov/standards/mix/mix20/mix20.xsd
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lxml import etree
from lxml.builder import ElementMaker

from schemas.capture import Capture
from schemas.model import Scan
from schemas.namespaces import MIX
from schemas.package import PackageFile

X = ElementMaker(namespace=MIX, nsmap={"mix": MIX})
_CHANNELS = {"RGB": 3, "RGBA": 4, "CMYK": 4, "YCbCr": 3, "LAB": 3, "LA": 2, "PA": 2}
_WITH_ALPHA = ("RGBA", "LA", "PA")
_COLOR_SPACES = {
    "L": "BlackIsZero",
    "LA": "BlackIsZero",
    "I;16": "BlackIsZero",
    "I;16B": "BlackIsZero",
    "P": "PaletteColor",
    "PA": "PaletteColor",
    "RGB": "RGB",
    "RGBA": "RGB",
    "CMYK": "CMYK",
    "YCbCr": "YCbCr",
    "LAB": "CIELab",
}
"""Pillow's modes in the words of MIX; a 1-bit page may be stored either way, so it says nothing."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What MIX says of an image; ``dpi`` None where the file does not say it."""

    mimetype: str
    width: int
    height: int
    mode: str
    bits: int
    dpi: float | None

    @property
    def channels(self) -> int:
        """Samples a pixel."""
        return _CHANNELS.get(self.mode, 1)


def facts_of_scan(scan: Scan, capture: Capture) -> ImageFacts:
    """Return what is known of a master; ``scan`` has its upright size."""
    dpi = scan.dpi if scan.dpi_is_known else None
    width, height = capture.size(scan.width, scan.height)
    return ImageFacts(scan.mimetype, width, height, scan.mode, scan.bits, dpi)


def facts_of_cut_out(file: PackageFile, scan: Scan) -> ImageFacts:
    """Return what is known of a cut-out: RGBA, 8 bit, at the resolution of its master."""
    dpi = scan.dpi if scan.dpi_is_known else None
    return ImageFacts(file.mimetype, file.width, file.height, "RGBA", 8, dpi)


def mix(facts: ImageFacts) -> etree._Element:
    """Return the MIX record of an image."""
    color = _COLOR_SPACES.get(facts.mode)
    interpretation = [X.PhotometricInterpretation(X.colorSpace(color))] if color is not None else []
    return X.mix(
        X.BasicDigitalObjectInformation(X.FormatDesignation(X.formatName(facts.mimetype))),
        X.BasicImageInformation(
            X.BasicImageCharacteristics(
                X.imageWidth(str(facts.width)), X.imageHeight(str(facts.height)), *interpretation
            )
        ),
        X.ImageAssessmentMetadata(*_resolution(facts.dpi), _samples(facts)),
    )


def _resolution(dpi: float | None) -> list[etree._Element]:
    if dpi is None:
        return []
    exact = Fraction(dpi).limit_denominator(1000)
    parts = (X.numerator(str(exact.numerator)), X.denominator(str(exact.denominator)))
    other = (X.numerator(str(exact.numerator)), X.denominator(str(exact.denominator)))
    return [
        X.SpatialMetrics(
            X.samplingFrequencyUnit("in."),
            X.xSamplingFrequency(*parts),
            X.ySamplingFrequency(*other),
        )
    ]


def _samples(facts: ImageFacts) -> etree._Element:
    """One value a channel: the list "8,8,8" that some write is not valid."""
    alpha = [X.extraSamples("unassociated alpha data")] if facts.mode in _WITH_ALPHA else []
    return X.ImageColorEncoding(
        X.BitsPerSample(
            *(X.bitsPerSampleValue(str(facts.bits)) for _ in range(facts.channels)),
            X.bitsPerSampleUnit("integer"),
        ),
        X.samplesPerPixel(str(facts.channels)),
        *alpha,
    )

"""The settings: one frozen record for each section of config.ini, an option a field.

What an option may be stands beside its type; ``tasks.config_file`` reads and checks the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from archive.package.profiles import PROFILE_NAMES
from pipeline.recognize.settings import RecognizeSettings
from pipeline.refine.settings import RefineSettings
from pipeline.separate.engines.table import ENGINES, RUNTIMES
from schemas.allowed import between, one_of
from schemas.package import Publication

Share = Annotated[float, between(0, 1)]


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """[archive] where things are kept; changes no result."""

    root: Path = Path("../magazine-data")
    incoming: Path | None = None
    catalog: str = ""

    @property
    def catalog_url(self) -> str:
        """SQLAlchemy URL of the catalog."""
        return self.catalog or f"sqlite:///{quoted(self.root / 'catalog.sqlite')}"


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """[ingest] what is accepted."""

    masters: Annotated[str, one_of(("copy", "reference"))] = "copy"
    max_megapixels: Annotated[float, between(0.01, 10_000)] = 300.0
    pdf_dpi: Annotated[int, between(50, 1200)] = 300
    default_dpi: Annotated[int, between(50, 2400)] = 300
    text: Annotated[str, one_of(("recognize", "keep"))] = "recognize"
    max_archive_files: Annotated[int, between(1, 1_000_000)] = 10_000
    max_archive_gigabytes: Annotated[float, between(0.001, 100_000)] = 64.0


@dataclass(frozen=True, slots=True)
class PrepareSettings:
    """[prepare] how a page is turned upright and straightened."""

    find_orientation: bool = True
    max_skew_degrees: Annotated[float, between(0, 10)] = 3.0
    find_border: bool = True
    reduced_long_side: Annotated[int, between(256, 4096)] = 1536


@dataclass(frozen=True, slots=True)
class SeparateSettings:
    """[separate] which engine draws the class map."""

    engine: Annotated[str, one_of(ENGINES)] = "pix2pix"
    weights: str = "default"
    device: Annotated[str, one_of(("auto", "cpu", "cuda"))] = "auto"
    runtime: Annotated[str, one_of(RUNTIMES)] = "auto"
    batch_size: Annotated[int, between(1, 512)] = 8
    min_area: Annotated[float, between(0, 0.5)] = 0.002


@dataclass(frozen=True, slots=True)
class CropSettings:
    """[crop] how cut-outs are written."""

    format: Annotated[str, one_of(("png", "tiff"))] = "png"
    descreen: bool = False

    @property
    def suffix(self) -> str:
        """Suffix of cut-outs and crops."""
        return ".tif" if self.format == "tiff" else ".png"


@dataclass(frozen=True, slots=True)
class DescribeSettings:
    """[describe] how captions are linked."""

    caption_distance_mm: Annotated[float, between(0, 200)] = 15.0


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """[alarm] from when on a published page is one to look at."""

    min_confidence: Share = 0.3
    min_known_words: Share = 0.15
    min_certainty: Share = 0.75
    max_deviation: Annotated[float, between(1, 1000)] = 6.0
    turned: bool = True


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """[export] what a package holds.

    ``schemas`` changes no result: an invalid document is refused, never mended.
    """

    owner: str = ""
    profiles: tuple[Annotated[str, one_of(PROFILE_NAMES)], ...] = ("archive",)
    base_url: str = ""
    image_service: str = ""
    schemas: Path | None = None


@dataclass(frozen=True, slots=True)
class RightsSettings:
    """[rights] who answers for what is shown; the profile dfg needs all but the license."""

    owner_logo: str = ""
    owner_site_url: str = ""
    owner_contact: str = ""
    license: str = ""
    reference_url: str = ""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """[run] how the work is spread; changes no result."""

    processes: Annotated[int, between(0, 1024)] = 0
    max_failed_share: Share = 0.3
    max_unread_share: Share = 1.0
    page_timeout_s: Annotated[float, between(1, 86_400)] = 1800.0
    memory_mb: Annotated[int, between(0, 16_000_000)] = 0
    attempts: Annotated[int, between(1, 100)] = 3


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """[verify] how much of the archive a night reads again; changes no result."""

    share: Share = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole of config.ini."""

    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    ingest: IngestSettings = field(default_factory=IngestSettings)
    prepare: PrepareSettings = field(default_factory=PrepareSettings)
    separate: SeparateSettings = field(default_factory=SeparateSettings)
    recognize: RecognizeSettings = field(default_factory=RecognizeSettings)
    refine: RefineSettings = field(default_factory=RefineSettings)
    crop: CropSettings = field(default_factory=CropSettings)
    describe: DescribeSettings = field(default_factory=DescribeSettings)
    alarm: AlarmSettings = field(default_factory=AlarmSettings)
    export: ExportSettings = field(default_factory=ExportSettings)
    rights: RightsSettings = field(default_factory=RightsSettings)
    run: RunSettings = field(default_factory=RunSettings)
    verify: VerifySettings = field(default_factory=VerifySettings)

    @property
    def publication(self) -> Publication:
        """Where the public finds packages, and who answers for them."""
        return Publication(
            base_url=self.export.base_url,
            image_service=self.export.image_service,
            owner=self.export.owner,
            owner_logo=self.rights.owner_logo,
            owner_site_url=self.rights.owner_site_url,
            owner_contact=self.rights.owner_contact,
            license=self.rights.license,
            reference_url=self.rights.reference_url,
        )


def quoted(file: Path) -> str:
    """Return ``file`` with all that a URL would misread written as a URL has it."""
    return str(file).replace("%", "%25").replace("?", "%3F")

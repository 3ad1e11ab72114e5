"""config.ini, read once and checked. The only reader of configuration.

Each section is a frozen record whose fields are its options; an option's type, range or choices
stand beside its default, so that an error can say what is allowed.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from configparser import ConfigParser, Error
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from archive.package.schema_store import SchemaStore
from schemas.errors import ConfigError
from schemas.languages import UNTOLD, to_language
from schemas.package import PROFILES, WANTED_ADDRESSES, Publication

LUIGI_SECTIONS = frozenset(
    {"core", "worker", "scheduler", "resources", "retcode", "email", "batch_email", "cors"}
    | {"logging", "execution_summary", "task_history"}
)
"""Sections that belong to Luigi; it reads them itself."""

UNREADABLE = (Error, ValueError)
"""What configparser, and Luigi with it, raises on a value it cannot read."""

ENGINES = ("pix2pix", "classical", "grabcut", "deeplab", "maskrcnn", "onnx")
WEIGHTLESS = ("classical", "grabcut")
TEXT_ENGINES = ("tesseract",)


def _language(term: str) -> str:
    code = to_language(term)
    if not code or code in UNTOLD:
        raise ValueError("allowed is ISO 639-2: ger, eng, fre")
    return code


def _option(default: Any, **allowed: Any) -> Any:  # noqa: ANN401 - any option's type
    return field(default=default, metadata=allowed)


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """[archive] where things are kept; changes no result."""

    root: Path = _option(Path("../magazine-data"))
    incoming: Path | None = _option(None)
    catalog: str = _option("", is_database=True)

    @property
    def catalog_url(self) -> str:
        """SQLAlchemy URL of the catalog."""
        return self.catalog or f"sqlite:///{_quoted(self.root / 'catalog.sqlite')}"


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """[ingest] what is accepted."""

    masters: str = _option("copy", choices=("copy", "reference"))
    max_megapixels: float = _option(300.0, low=0.01, high=10_000)
    pdf_dpi: int = _option(300, low=50, high=1200)
    default_dpi: int = _option(300, low=50, high=2400)
    text: str = _option("recognize", choices=("recognize", "keep"))


AUTO = "auto"
"""The script of an issue that does not say it is told from each page."""


@dataclass(frozen=True, slots=True)
class PrepareSettings:
    """[prepare] how a page is turned upright and straightened."""

    find_orientation: bool = _option(True)
    max_skew_degrees: float = _option(3.0, low=0, high=10)
    find_border: bool = _option(True)
    reduced_long_side: int = _option(1536, low=256, high=4096)


@dataclass(frozen=True, slots=True)
class SeparateSettings:
    """[separate] which engine draws the class map."""

    engine: str = _option("pix2pix", choices=ENGINES)
    weights: str = _option("default", file_suffixes=(".safetensors", ".onnx"))
    device: str = _option("auto", choices=("auto", "cpu", "cuda"))
    batch_size: int = _option(8, low=1, high=512)
    min_area: float = _option(0.002, low=0, high=0.5)


@dataclass(frozen=True, slots=True)
class RecognizeSettings:
    """[recognize] how text is read."""

    engine: str = _option("tesseract", choices=TEXT_ENGINES)
    languages: tuple[str, ...] = _option(("ger", "eng"), means=_language)
    script: str = _option(AUTO, choices=(AUTO, "Latn", "Latf"))
    models: tuple[str, ...] = _option(())
    psm: int = _option(3, low=1, high=13)
    timeout_s: float = _option(180.0, low=1, high=7200)
    min_text_area: float = _option(0.02, low=0, high=1)


@dataclass(frozen=True, slots=True)
class RefineSettings:
    """[refine] which matte, and the band in which alpha is solved."""

    band_mm: float = _option(0.25, low=0.05, high=5)
    low: float = _option(0.1, low=0, high=0.5)
    high: float = _option(0.9, low=0.5, high=1)
    matte: str = _option("auto", choices=("auto", "silhouette", "ink"))


@dataclass(frozen=True, slots=True)
class CropSettings:
    """[crop] how cut-outs are written."""

    format: str = _option("png", choices=("png", "tiff"))
    descreen: bool = _option(False)

    @property
    def suffix(self) -> str:
        """Suffix of cut-outs and crops."""
        return ".tif" if self.format == "tiff" else ".png"


@dataclass(frozen=True, slots=True)
class DescribeSettings:
    """[describe] how captions are linked."""

    caption_distance_mm: float = _option(15.0, low=0, high=200)


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """[alarm] from when on a published page is one to look at."""

    min_confidence: float = _option(0.35, low=0, high=1)
    min_known_words: float = _option(0.15, low=0, high=1)
    min_certainty: float = _option(0.75, low=0, high=1)
    max_deviation: float = _option(6.0, low=1, high=1000)
    turned: bool = _option(True)


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """[export] what a package holds.

    ``schemas`` changes no result: an invalid document is refused, never mended.
    """

    owner: str = _option("")
    profiles: tuple[str, ...] = _option(("archive",), choices=PROFILES)
    base_url: str = _option("")
    image_service: str = _option("")
    schemas: Path | None = _option(None)


@dataclass(frozen=True, slots=True)
class RightsSettings:
    """[rights] who answers for what is shown; the profile dfg needs all but the license."""

    owner_logo: str = _option("")
    owner_site_url: str = _option("")
    owner_contact: str = _option("")
    license: str = _option("")
    reference_url: str = _option("")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """[run] how the work is spread; changes no result."""

    processes: int = _option(0, low=0, high=1024)
    max_failed_share: float = _option(0.3, low=0, high=1)
    page_timeout_s: float = _option(1800.0, low=1, high=86_400)


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


_SECTIONS: Mapping[str, type] = {
    "archive": ArchiveSettings,
    "ingest": IngestSettings,
    "prepare": PrepareSettings,
    "separate": SeparateSettings,
    "recognize": RecognizeSettings,
    "refine": RefineSettings,
    "crop": CropSettings,
    "describe": DescribeSettings,
    "alarm": AlarmSettings,
    "export": ExportSettings,
    "rights": RightsSettings,
    "run": RunSettings,
}


def load(path: Path) -> Settings:
    """Read ``path``.

    Raises:
        ConfigError: naming the file, the section, the option and what is allowed.
    """
    ini = _read(path)
    if ini.defaults():
        wanted = "it would hold for no section; give each option in its own"
        raise ConfigError(f"{path}: [{ini.default_section}] is not used: {wanted}")
    unknown = set(ini.sections()) - set(_SECTIONS) - LUIGI_SECTIONS
    if unknown:
        name = min(unknown)
        raise ConfigError(f"{path}: unknown section [{name}]{_guess(name, _SECTIONS)}")
    settings = Settings(
        **{name: _section(path, ini, name, kind) for name, kind in _SECTIONS.items()}
    )
    _check_archive(path, settings.archive)
    _check_profiles(path, settings)
    return settings


def _check_archive(path: Path, archive: ArchiveSettings) -> None:
    """Refuse an incoming folder whose walk would meet the archive, and ingest it every night."""
    if archive.incoming is not None and archive.root.is_relative_to(archive.incoming):
        wanted = "the archive would ingest itself. Name a folder beside root or below it"
        raise ConfigError(f"{path}: [archive] incoming holds root; {wanted}")


def _check_profiles(path: Path, settings: Settings) -> None:
    """Say before the first page what later stages will need."""
    for entry in settings.recognize.models:
        title, _, models = entry.partition("=")
        if not title.strip() or not models.strip():
            wanted = "want a title and Tesseract's models: Der Bazar = Fraktur"
            raise ConfigError(f"{path}: [recognize] models: {entry!r}: {wanted}")
    for profile in settings.export.profiles:
        missing = settings.publication.missing(profile)
        if missing:
            wanted = f"[export] profiles = {profile} needs {', '.join(missing)}"
            raise ConfigError(f"{path}: {wanted}")
        if odd := settings.publication.unusable(profile):
            said = f"[export] profiles = {profile} cannot use {', '.join(odd)}"
            raise ConfigError(f"{path}: {said}; {WANTED_ADDRESSES}")
    store = settings.export.schemas
    if store is not None and not SchemaStore(store).is_installed:
        wanted = "bilderbogen schemas install"
        raise ConfigError(f"{path}: [export] schemas = {store}: not all are there; {wanted}")


def _read(path: Path) -> ConfigParser:
    ini = ConfigParser(interpolation=None)
    try:
        text = path.read_text(encoding="utf-8")
        if text.startswith("\ufeff"):  # Luigi, who reads the file too, would take it for a section
            wanted = 'save it as "UTF-8", not "UTF-8 with BOM"'
            raise ConfigError(f"{path}: begins with a byte order mark; {wanted}")
        ini.read_string(text, source=str(path))
    except FileNotFoundError as error:
        raise ConfigError(f"no configuration at {path}; name one with --config") from error
    except (OSError, UnicodeDecodeError, Error) as error:
        raise ConfigError(f"{path}: {error}") from error
    return ini


def _section(path: Path, ini: ConfigParser, name: str, kind: type) -> Any:  # noqa: ANN401
    given = dict(ini[name]) if ini.has_section(name) else {}
    options = {option.name: option for option in fields(kind)}
    for key in given:
        if key not in options:
            raise ConfigError(f"{path}: [{name}] has no option {key!r}{_guess(key, options)}")
    values = {
        name: _value(option, str(option.default), path.parent)
        for name, option in options.items()
        if isinstance(option.default, Path)  # relative to the file too
    }
    for key, text in given.items():
        try:
            values[key] = _value(options[key], text.strip(), path.parent)
        except ValueError as error:
            raise ConfigError(f"{path}: [{name}] {key} = {text}: {error}") from error
    return kind(**values)


def _value(option: Field[Any], text: str, folder: Path) -> Any:  # noqa: ANN401
    kind, allowed = str(option.type), option.metadata
    if kind.startswith("Path"):
        if not text and "None" not in kind:
            raise ValueError("want a folder")
        return _path(text, folder) if text else None
    if kind.startswith("tuple"):
        parts = tuple(part.strip() for part in text.split(",") if part.strip())
        for part in parts:
            _check_choice(part, allowed)
        return tuple(dict.fromkeys(map(allowed.get("means", str), parts)))
    if kind == "bool":
        return _boolean(text)
    if kind == "str":
        _check_choice(text, allowed)
        if allowed.get("is_database"):
            return _database(text, folder)
        is_path = text.endswith(allowed.get("file_suffixes", ()))
        return str(_path(text, folder)) if is_path else text
    number = int(text) if kind == "int" else float(text)
    if not allowed["low"] <= number <= allowed["high"]:
        raise ValueError(f"allowed is {allowed['low']} to {allowed['high']}")
    return number


def _path(text: str, folder: Path) -> Path:
    try:
        return (folder / Path(text).expanduser()).resolve()
    except RuntimeError as error:
        raise ValueError("there is no such user; write the folder out") from error


def _database(url: str, folder: Path) -> str:
    """Return ``url`` with its SQLite file, if it names one, relative to ``folder``."""
    scheme, _, place = url.partition("://")
    if scheme.partition("+")[0] != "sqlite":
        return url
    name, mark, query = place.partition("?")
    file = unquote(name.removeprefix("/"))
    if not name.startswith("/") or not file or file.startswith((":memory:", "file:")):
        raise ValueError("want a file, which outlives the run: sqlite:///catalog.sqlite")
    if file.startswith("/"):
        return url
    return f"{scheme}:///{_quoted(_path(file, folder))}{mark}{query}"


def _quoted(file: Path) -> str:
    """Return ``file`` with all that a URL would misread written as it wants it."""
    return str(file).replace("%", "%25").replace("?", "%3F")


def _boolean(text: str) -> bool:
    states = ConfigParser.BOOLEAN_STATES
    if text.lower() not in states:
        raise ValueError("allowed is yes or no")
    return states[text.lower()]


def _check_choice(text: str, allowed: Mapping[str, Any]) -> None:
    choices = allowed.get("choices")
    if choices and text not in choices:
        raise ValueError(f"allowed is {', '.join(choices)}")


def _guess(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"

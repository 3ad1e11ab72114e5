import subprocess
import sys
from pathlib import Path

import pytest

from archive.catalog.catalog import Catalog
from schemas.errors import ConfigError
from tasks.config_file import load
from tasks.settings import ArchiveSettings, Settings

ROOT = Path(__file__).parents[2]

DFG = """[export]
profiles = dfg
base_url = https://a.org
owner = A
[rights]
owner_logo = {logo}
owner_site_url = https://a.org/
owner_contact = info@a.org
reference_url = https://a.org/{{id}}
"""


def write(folder, text):
    path = folder / "config.ini"
    path.write_text(text)
    return path


def test_the_shipped_config_states_the_defaults():
    shipped, default = load(ROOT / "config.ini"), Settings()
    for section in (
        "ingest",
        "prepare",
        "separate",
        "recognize",
        "refine",
        "describe",
        "run",
        "verify",
    ):
        assert getattr(shipped, section) == getattr(default, section), section
    assert (shipped.export, shipped.rights) == (default.export, default.rights)


def test_an_empty_file_is_all_defaults(tmp_path):
    root = tmp_path.parent / "magazine-data"
    assert load(write(tmp_path, "")) == Settings(archive=ArchiveSettings(root, incoming=None))


def test_paths_are_relative_to_the_file(tmp_path):
    settings = load(write(tmp_path, "[archive]\nroot = data\n"))
    assert settings.archive.root == tmp_path / "data"
    assert settings.archive.catalog_url == f"sqlite:///{tmp_path}/data/catalog.sqlite"


@pytest.mark.parametrize("name", ["own.safetensors", "models/own.onnx"])
def test_weights_are_found_from_any_folder(tmp_path, monkeypatch, name):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    settings = load(write(tmp_path, f"[separate]\nweights = {name}\n"))
    assert settings.separate.weights == str(tmp_path / name)
    assert load(write(tmp_path, "[separate]\nweights = another\n")).separate.weights == "another"


@pytest.mark.parametrize("name", ["100%", "%41 b", "a?b=c", "x#1", "Grüße + mehr"])
def test_the_catalog_lies_in_the_archive_whatever_its_folder_is_called(tmp_path, name):
    settings = load(write(tmp_path, f"[archive]\nroot = {name}\n")).archive
    Catalog.open(settings.catalog_url)
    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == [name]
    assert (tmp_path / name / "catalog.sqlite").is_file()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://user:p%40ss@host/name?sslmode=require",
        "sqlite:////srv/../a%3Fb.db?timeout=9",
    ],
)
def test_a_catalog_that_is_named_stays_as_it_is(tmp_path, url):
    assert load(write(tmp_path, f"[archive]\ncatalog = {url}\n")).archive.catalog_url == url


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///rel.db", "home 100%?/rel.db"),
        ("sqlite+pysqlite:///../rel.db?timeout=9", "rel.db"),
        ("sqlite:///a%3Fb.db", "home 100%?/a?b.db"),
    ],
)
def test_the_file_of_a_catalog_is_relative_to_the_file_that_names_it(
    tmp_path, monkeypatch, url, file
):
    home, elsewhere = tmp_path / "home 100%?", tmp_path / "else" / "where"
    home.mkdir()
    elsewhere.mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    Catalog.open(load(write(home, f"[archive]\ncatalog = {url}\n")).archive.catalog_url)
    assert (tmp_path / file).is_file() and not list(elsewhere.iterdir())


def test_incoming_lies_in_root_or_beside_it_and_never_holds_it(tmp_path):
    def loaded(incoming):
        text = f"[archive]\nroot = scans/archive\nincoming = {incoming}\n"
        return load(write(tmp_path, text)).archive

    for incoming in ("scans/archive/incoming", "scans/archive-new"):
        assert loaded(incoming).incoming == tmp_path / incoming
    for incoming in ("scans", "scans/archive", ".", "scans/other/.."):
        with pytest.raises(ConfigError, match=r"config.ini: \[archive\] incoming holds root; "):
            loaded(incoming)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[recogniser]\n", r"unknown section \[recogniser\]; did you mean 'recognize'"),
        ("[recognize]\nlangauges = eng\n", "did you mean 'languages'"),
        ("[recognize]\npsm = fast\n", r"\[recognize\] psm = fast"),
        ("[recognize]\npsm = 99\n", "allowed is 1 to 13"),
        ("[separate]\nengine = unet\n", "allowed is pix2pix, classical"),
        ("[prepare]\nfind_border = perhaps\n", "allowed is yes or no"),
        ("root = x\n", "config.ini"),
        ("[export]\nprofiles = archive, mets\n", "allowed is archive, dfg, iiif"),
        ("[export]\nprofiles = iiif\n", r"profiles = iiif needs \[export\] base_url"),
        (
            "[export]\nprofiles = dfg\nbase_url = https://a.org\nowner = A\n",
            r"needs \[rights\] owner_logo",
        ),
        (DFG.format(logo="logo.png"), r"cannot use \[rights\] owner_logo = logo.png; wanted are"),
        (DFG.format(logo="https://a.org/l") + "license = frei", r"\[rights\] license = frei"),
        ("[export]\nschemas = nowhere\n", "bilderbogen schemas install"),
        ("[DEFAULT]\nroot = data\n", r"\[DEFAULT\] is not used"),
        ("[archive]\nroot =\n", r"\[archive\] root = : want a folder"),
        ("[archive]\nroot = ~nobody-of-this-name/x\n", "no such user"),
        ("[run]\nprocesses = 1\nprocesses = 2\n", "already exists"),
        ("[archive]\ncatalog = sqlite://\n", r"\[archive\] catalog = sqlite://: want a file"),
        ("[archive]\ncatalog = sqlite:///:memory:\n", "want a file, which outlives the run"),
        ("[archive]\ncatalog = sqlite:///file:x?uri=true\n", "want a file"),
        ("[archive]\ncatalog = sqlite://rel.db\n", "want a file"),
    ],
)
def test_an_error_names_the_file_and_what_is_allowed(tmp_path, text, says):
    path = write(tmp_path, text)
    with pytest.raises(ConfigError, match=says) as caught:
        load(path)
    assert "config.ini" in str(caught.value)


def test_every_fault_of_a_file_is_said_at_once(tmp_path):
    text = "[recogniser]\n[recognize]\npsm = 99\nlangauges = eng\n[run]\nprocesses = many\n"
    path = write(tmp_path, f"{text}max_failed_share = nan\n")
    with pytest.raises(ConfigError) as caught:
        load(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 5 and all(line.startswith(f"{path}: ") for line in lines)
    for fault in ("[recogniser]", "psm = 99", "'langauges'", "processes = many: allowed is 0 to 1024",
                  "max_failed_share = nan: allowed is 0 to 1"):  # fmt: skip
        assert sum(fault in line for line in lines) == 1, fault


def test_languages_are_known_by_every_code(tmp_path):
    settings = load(write(tmp_path, "[recognize]\nlanguages = deu, fr, ger\n"))
    assert settings.recognize.languages == ("ger", "fre")
    with pytest.raises(ConfigError, match="languages = old one: allowed is ISO 639-2"):
        load(write(tmp_path, "[recognize]\nlanguages = old one\n"))
    with pytest.raises(ConfigError, match="languages = ger, mul: allowed is ISO 639-2"):
        load(write(tmp_path, "[recognize]\nlanguages = ger, mul\n"))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="nothing.ini"):
        load(tmp_path / "nothing.ini")


def test_a_byte_order_mark_is_named_before_luigi_meets_it(tmp_path):
    path = write(tmp_path, "\ufeff[run]\nprocesses = 1\n")
    with pytest.raises(ConfigError, match=r"config\.ini: begins with a byte order mark"):
        load(path)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[core]\nlog_level = 5 %\n", r"[core] log_level"),
        ("[core]\ndefault_scheduler_port = abc\n", "[core]: 'scheduler_port'"),
        ("[resources]\ncatalog = one\n", "[resources]"),
    ],
)
@pytest.mark.parametrize("command", [["nightly"], ["rerun", "lantern-1908"]])
def test_a_value_that_luigi_cannot_read_is_a_configuration_error(tmp_path, command, text, where):
    path = write(tmp_path, f"[archive]\nroot = archive\n{text}")
    (tmp_path / "archive" / "register").mkdir(parents=True)
    line = [sys.executable, "-m", "tasks", *command, "--config", str(path)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2, done.stderr
    assert f"{path}: {where}" in done.stderr


def test_a_bare_percent_sign_is_no_mystery(tmp_path):
    settings = load(write(tmp_path, "[export]\nowner = 100 % library\n"))
    assert settings.export.owner == "100 % library"


def test_a_password_in_a_mistyped_catalog_is_not_printed(tmp_path):
    with pytest.raises(ConfigError) as error:
        load(write(tmp_path, "[archive]\ncatalog = sqlite://me:secret@host/name\n"))
    assert "catalog" in str(error.value) and "secret" not in str(error.value)

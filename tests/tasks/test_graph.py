"""The table of stages: it hangs together, and every option of config.ini is accounted for."""

from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from archive.package.profiles import PROFILE_NAMES
from pipeline.recognize import engines
from tasks.flow.graph import GRAPH, PAGE_STAGES, STAGES, following, last_common, preceding, stage_of
from tasks.flow.recipes import recipe, settings_of
from tasks.settings import Settings

NO_RESULT = {
    "archive.root": "where things are kept",
    "archive.incoming": "where new issues are looked for",
    "archive.catalog": "where rows are kept",
    "ingest.masters": "the same master, copied or left where it is",
    "ingest.max_megapixels": "a larger scan is quarantined",
    "ingest.pdf_dpi": "part of the issue's version: another size is another scan",
    "ingest.max_archive_files": "an archive with more files is refused",
    "ingest.max_archive_gigabytes": "a larger archive is refused",
    "ingest.text": "part of the issue's version: a text that is kept is another page",
    "separate.device": "a GPU and a CPU draw the same class map",
    "separate.batch_size": "pages do not see each other",
    "verify.share": "what is read again is compared, never changed",
    "recognize.timeout_s": "a page that takes longer fails",
    "export.schemas": "an invalid document is refused, never mended",
    "run.processes": "pages do not see each other",
    "run.page_timeout_s": "a page that takes longer fails",
    "run.memory_mb": "a page that needs more fails",
    "run.attempts": "a page that is lost is tried again",
    "run.max_failed_share": "an issue is published or not",
    "run.max_unread_share": "an issue is published or not",
}
"""Options that change no result of a stage, and why."""

FROM = {
    "prepare": "prepare",
    "ingest.default_dpi": "prepare",
    "separate": "separate",
    "recognize": "recognize",
    "refine": "refine",
    "crop": "crop",
    "describe": "describe",
    "alarm": "publish",
    "export.owner": "publish",
    "export": "export",
    "rights": "export",
}
"""The first stage whose result an option changes, by section or by option."""

OTHER = {
    "prepare.max_skew_degrees": 2.0,
    "separate.engine": "classical",
    "recognize.languages": ("fre",),
    "recognize.script": "Latf",
    "recognize.models": ("Der Bazar = Fraktur",),
    "refine.matte": "ink",
    "crop.format": "tiff",
    "export.profiles": PROFILE_NAMES,
}
"""Values that are not told from the type of the default."""


def options():
    sections = [section.name for section in fields(Settings)]
    return [
        f"{name}.{option.name}" for name in sections for option in fields(getattr(Settings(), name))
    ]


def changed(option):
    """The default settings with another value of ``option``."""
    section, _, name = option.partition(".")
    values = getattr(Settings(), section)
    value = getattr(values, name)
    if option in OTHER:
        other = OTHER[option]
    elif isinstance(value, bool):
        other = not value
    elif isinstance(value, int | float):
        other = value + 1
    elif isinstance(value, str):
        other = f"{value}x"
    else:
        other = Path("elsewhere")
    assert other != value
    return replace(Settings(), **{section: replace(values, **{name: other})})


def weights(name):
    """Weights with a digest of their own for every name."""
    return SimpleNamespace(path=Path(name), sha256=sha256(name.encode()).hexdigest())


@pytest.mark.engine
@pytest.mark.parametrize("option", options())
def test_an_option_changes_the_recipes_it_should_and_no_others(option, monkeypatch):
    monkeypatch.setattr(
        engines, "TABLE", (*engines.TABLE, replace(engines.TABLE[0], name="tesseractx"))
    )
    settings = changed(option)
    monkeypatch.setattr("tasks.flow.identities.find_weights", weights)
    different = {stage for stage in STAGES if recipe(settings, stage) != recipe(Settings(), stage)}
    if option in NO_RESULT:
        assert different == set()
        return
    first = FROM.get(option) or FROM[option.partition(".")[0]]
    assert different == set(following(first))


def test_every_reason_names_an_option_that_is_there():
    assert set(NO_RESULT) | set(OTHER) <= set(options())


@pytest.mark.engine
def test_an_option_of_a_later_release_leaves_the_work_of_earlier_ones_valid():
    assert not {"recognize.models", "recognize.engine"} & set(
        settings_of("recognize", Settings()).replace(",", "").split()
    )
    assert "recognize.models Der Bazar = Fraktur" in settings_of(
        "recognize", changed("recognize.models")
    )


def test_a_stage_needs_earlier_stages_only_and_every_stage_is_needed_for_the_export():
    for stage in GRAPH:
        assert all(STAGES.index(need) < STAGES.index(stage.name) for need in stage.needs)
    assert preceding(STAGES[-1]) == STAGES
    assert following(STAGES[0]) == STAGES
    assert following("recognize") == ("recognize", "describe", "publish", "export")
    assert STAGES[:-2] == PAGE_STAGES
    assert len(set(STAGES)) == len(GRAPH)


def test_a_stage_takes_the_pages_that_all_it_needs_can_still_have():
    assert last_common("prepare") is None
    assert last_common("crop") == "refine"
    assert last_common("describe") == "separate"


def test_every_stage_has_its_task():
    from tasks.flow import export  # noqa: F401 - Luigi knows a task once its module is imported
    from tasks.flow.stages import Describe

    task = Describe(issue="lantern-1908", config=Path("config.ini"))
    for stage in GRAPH:
        assert task.task_of(stage.name).stage == stage.name
    assert [need.stage for need in task.requires()] == list(stage_of("describe").needs)


def test_pages_are_separated_as_many_at_once_as_is_asked(tmp_path):
    from tasks.flow.stages import Separate

    (tmp_path / "config.ini").write_text("[separate]\nbatch_size = 7\n")
    assert Separate(issue="lantern-1908", config=tmp_path / "config.ini").batch_size == 7

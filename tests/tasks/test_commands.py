"""The command line as its users meet it."""

import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from archive.images.images import load_labels
from schemas.decisions import Numbered
from schemas.ledger import LedgerRow, StageState
from schemas.model import IssueId, PageId
from tasks.__main__ import main
from tasks.archive_access import OpenArchive
from tasks.commands import demo
from tasks.commands.group import COMMANDS
from tasks.commands.progress_display import Lines
from tasks.exits import Exit
from tests.conftest import ROOT, draw_page, shared
from tests.issues import published


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command, capsys):
    assert main([command, "--help"]) == 0
    assert len(capsys.readouterr().out) > 100


def test_an_unknown_command_is_a_usage_error(capsys):
    assert main(["separat"]) == 2
    assert main([]) in (0, 2)


@pytest.mark.parametrize("command", ["run", "rerun", "status", "export"])
def test_what_is_no_id_of_an_issue_is_a_usage_error(command, config, tmp_path, capsys):
    more = ["--to", str(tmp_path / "out")] if command == "export" else []
    assert main([command, "Der Bazar", *more, "--config", str(config)]) == 2
    assert "'Der Bazar' is no id of an issue; is it der-bazar?" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "rerun", "status"])
def test_an_issue_that_was_never_ingested_is_a_usage_error(command, home, config, capsys):
    main(["ingest", str(home / "incoming" / "other-1909"), "--config", str(config)])
    assert main([command, "nosuch-1", "--config", str(config)]) == 2
    assert "nosuch-1: no such issue" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["find", "\udcff"], ["decide", "lantern-1908_0001_i01", "--caption", "a\udcff"],
     ["decide", "lantern-1908_0001_i01", "--reject", "a\udcff"]],
)  # fmt: skip
def test_bytes_that_are_no_text_are_a_usage_error(arguments, config, capsys):
    assert main([*arguments, "--config", str(config)]) == 2
    assert "is not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--since", "1.3.1920"], "allowed is a date that exists, as 1871, 1871-03"),
        (["--since", "gestern"], "gestern"),
        (["--since", "1920-02-30"], "1920-02-30"),
        (["--kind", "foo"], "engraving"),
        (["--issue", "typo-1908"], "typo-1908: no such issue"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_a_question_that_has_no_answer_is_refused(arguments, says, home, config, capsys):
    main(["ingest", str(home / "incoming" / "other-1909"), "--config", str(config)])
    assert main(["find", "lamp", *arguments, "--config", str(config)]) == 2
    assert says in capsys.readouterr().err


def test_an_issue_that_is_not_published_yet_has_no_illustrations(home, config, capsys):
    main(["ingest", str(home / "incoming" / "other-1909"), "--config", str(config)])
    arguments = ["--issue", "other-1909", "--since", "1908-03", "--kind", "halftone"]
    assert main(["find", "lamp", *arguments, "--config", str(config)]) == 0
    assert "0 illustrations" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--threads", "--workers", "--patience", "--validate-every"])
def test_training_counts_are_not_negative(option, tmp_path, capsys):
    assert main(["train", "--to", str(tmp_path / "run"), option, "-2"]) == 2
    assert option in capsys.readouterr().err and not (tmp_path / "run").exists()


def test_status_tells_programs_why_a_page_is_bad(home, config, capsys):
    (home / "incoming" / "other-1909" / "p1.tif").write_bytes(b"")
    main(["ingest", str(home / "incoming"), "--config", str(config)])
    capsys.readouterr()
    assert main(["status", "--json", "--worst", "3", "--config", str(config)]) == 1
    record = json.loads(capsys.readouterr().out)
    (bad,) = record["other-1909"]["bad"]
    assert (bad["name"], bad["stage"]) == ("p1.tif", "ingest") and "empty file" in bad["message"]
    assert record["lantern-1908"]["bad"] == record["lantern-1908"]["worst"] == []
    assert main(["status", "--worst", "-1", "--config", str(config)]) == 2


def test_status_in_a_log_breaks_no_name_and_loses_no_figure(home, config, capsys):
    name = "der-bazar-illustrirte-damen-zeitung-beilage-zur-nummer-elf-vom-ersten-maerz-1871"
    (home / "incoming" / "other-1909").rename(home / "incoming" / name)
    main(["ingest", str(home / "incoming" / name), "--config", str(config)])
    capsys.readouterr()
    assert main(["status", "--config", str(config)]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if name in line]
    assert [cell.strip() for cell in line.strip("│").split("│")] == [name, "2", *"------"]


def test_a_line_in_a_log_is_one_line_however_long_the_name():
    out = io.StringIO()
    rows = [LedgerRow(IssueId("x-1"), "x-1_0001", "crop", StageState.DONE)]
    Lines(Console(file=out, width=80)).finished("x" * 76, "crop", rows, 1.0)
    assert out.getvalue().count("\n") == 1


def test_separate_needs_no_archive_and_a_bad_page_costs_itself(tmp_path, capsys):
    Image.fromarray(draw_page(2)).save(tmp_path / "good.png")
    (tmp_path / "bad.jpg").write_bytes(b"<html>")
    pages = [str(tmp_path / name) for name in ("good.png", "bad.jpg", "missing.tif")]
    code = main(["separate", *pages, "--to", str(tmp_path / "out"), "--overlay"])
    assert code == 1
    errors = capsys.readouterr().err
    assert "bad.jpg" in errors and "missing.tif" in errors
    labels = load_labels(tmp_path / "out" / "good.png")
    assert labels.shape == (900, 640) and labels.dtype == np.uint8 and labels.max() <= 4
    assert (labels[150:330, 180:460] == 1).mean() > 0.9 and (labels[500:] == 1).mean() < 0.05
    assert (tmp_path / "out" / "good.overlay.jpg").exists()


def test_ingest_names_what_it_refused(home, config, capsys):
    (home / "incoming" / "other-1909" / "p1.tif").write_bytes(b"")
    assert main(["ingest", str(home / "incoming"), "--config", str(config)]) == 1
    output = capsys.readouterr().out
    assert (
        "lantern-1908  version 1  3 pages" in output and "quarantined  p1.tif: empty file" in output
    )
    assert main(["ingest", str(home / "nothing"), "--config", str(config)]) == 1
    assert "is not there" in capsys.readouterr().out


def test_a_delivery_of_bad_pages_alone_does_not_pass_for_nothing(home, config, capsys):
    folder = home / "incoming" / "other-1909"
    for page in folder.iterdir():
        page.write_bytes(b"")
    assert main(["ingest", str(folder), "--config", str(config)]) == 1
    output = capsys.readouterr().out
    assert f"{folder}: no page could be accepted (p1.tif: empty file" in output


@pytest.mark.parametrize("root", ["none", "empty"])
@pytest.mark.parametrize(
    "command",
    [
        ("find", "lamp"),
        ("status",),
        ("verify",),
        ("duplicates",),
        ("export", "lantern-1908", "--to", "out"),
        ("decide", "lantern-1908_0001_i01", "--undo"),
        ("run", "lantern-1908"),
        ("rerun", "lantern-1908"),
    ],
)
def test_a_command_that_reads_makes_no_archive(home, config, capsys, command, root):
    if root == "empty":  # a disk that is not mounted
        (home / "archive").mkdir()
    before = sorted(home.rglob("*"))
    assert main([*command, "--config", str(config)]) == 2
    assert f"no archive at {home / 'archive'}" in capsys.readouterr().err
    assert sorted(home.rglob("*")) == before


@pytest.mark.parametrize("command", ["nightly", "ingest"])
def test_an_archive_that_is_begun_is_told_once(home, config, capsys, command):
    line = [command, *[str(home / "incoming")] * (command == "ingest"), "--config", str(config)]
    config.write_text(config.read_text().replace("incoming = incoming", ""))
    for times in (1, 0):
        assert main(line) == 0
        errors = capsys.readouterr().err
        assert errors.count(f"a new archive is begun at {home / 'archive'}") == times
        assert len(errors.splitlines()) == times


@pytest.mark.slow
def test_verify_finds_a_changed_master(home, config, capsys):
    main(["ingest", str(home / "incoming"), "--config", str(config)])
    assert main(["verify", "--config", str(config)]) == 0
    master = next((home / "archive" / "masters").rglob("*.tif"))
    master.chmod(0o644)
    content = bytearray(master.read_bytes())
    content[500] ^= 1
    master.write_bytes(content)
    capsys.readouterr()
    assert main(["verify", "--config", str(config)]) == 1
    assert master.name in capsys.readouterr().out


@pytest.mark.slow
def test_verify_reads_masters_of_older_versions(home, config, capsys):
    incoming = home / "incoming"
    main(["ingest", str(incoming), "--config", str(config)])
    (incoming / "other-1909" / "p2.tif").unlink()
    main(["ingest", str(incoming), "--config", str(config)])
    assert main(["verify", "--config", str(config)]) == 0
    next((home / "archive" / "masters" / "other-1909" / "v001").glob("p2.tif")).unlink()
    capsys.readouterr()
    assert main(["verify", "--config", str(config)]) == 1
    assert "v001/p2.tif: is gone" in capsys.readouterr().out


@pytest.mark.shared
@pytest.mark.slow
def test_evaluate_prints_figures_by_source(tmp_path, capsys):
    truth = shared("eval-dev") / "truth"
    (tmp_path / "truth").mkdir()
    for name in ("bazar_007.json", "bazar_007.map.png"):
        (tmp_path / "truth" / name).write_bytes((truth / name).read_bytes())
    (tmp_path / "bazar_007.png").write_bytes((truth / "bazar_007.map.png").read_bytes())
    assert main(["evaluate", str(tmp_path / "truth"), str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ALL"]["iou"] == 1


@pytest.mark.parametrize("error", [KeyError("no such\nkey"), OSError("no file is named")])
def test_what_nobody_foresaw_is_one_line_and_no_bad_page(config, capsys, monkeypatch, error):
    def broken(*_, **__):
        raise error

    monkeypatch.setattr(OpenArchive, "open", broken)
    monkeypatch.delenv("BILDERBOGEN_DEBUG", raising=False)
    assert main(["status", "--config", str(config)]) == Exit.BUG == 70
    (lines,) = capsys.readouterr().err.splitlines()
    assert type(error).__name__ in lines and "BILDERBOGEN_DEBUG=1" in lines
    monkeypatch.setenv("BILDERBOGEN_DEBUG", "1")
    with pytest.raises(type(error)):
        main(["status", "--config", str(config)])


def test_the_exit_codes_in_the_docs_are_those_there_are(capsys):
    text = (ROOT / "docs" / "operations.md").read_text()
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", text, re.M)] == sorted(Exit)
    main(["--help"])
    codes = capsys.readouterr().out.split("Exit codes:")[1].split("Options")[0]
    assert sorted(map(int, re.findall(r"\d+", codes))) == sorted(Exit)


@pytest.mark.parametrize("there", ["nothing", "a file"])
def test_an_incoming_that_is_no_folder_is_refused_and_the_night_goes_on(
    home, config, capsys, monkeypatch, there
):
    main(["ingest", str(home / "incoming" / "other-1909"), "--config", str(config)])
    (home / "incoming").rename(home / "elsewhere")
    if there == "a file":
        (home / "incoming").write_bytes(b"no folder")
    run = []
    monkeypatch.setattr(
        "tasks.flow.nightly.run_issues", lambda issues, *_, **__: run.append(issues) or {}
    )
    capsys.readouterr()
    assert main(["nightly", "--config", str(config)]) == 1
    output = capsys.readouterr().out
    assert f"refused  {home / 'incoming'}: no such folder; mount its disk" in output
    assert run == [(IssueId("other-1909"),)]


def test_rerun_says_how_quarantined_scans_come_in(home, config, capsys):
    (home / "incoming" / "other-1909" / "p1.tif").write_bytes(b"")
    main(["ingest", str(home / "incoming"), "--config", str(config)])
    capsys.readouterr()
    assert main(["rerun", "other-1909", "--failed", "--config", str(config)]) == 0
    output = capsys.readouterr().out
    assert (
        "other-1909: 1 quarantined (p1.tif); once mended they come in by bilderbogen nightly"
        in output
    )
    assert main(["rerun", "lantern-1908", "--failed", "--config", str(config)]) == 0
    assert capsys.readouterr().out == "lantern-1908: no page has failed\n"


def test_who_has_no_name_decides_by_number(home, config, capsys, monkeypatch):
    def nobody(uid):
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", nobody)
    monkeypatch.setattr("os.getuid", lambda: 4711)
    catalog = OpenArchive.open(config, is_new=True).catalog
    numbers = (Numbered(PageId(IssueId("a-1"), 1), 1, 0.1, 0.1, 0.9, 0.9),)
    catalog.publish(replace(published("a-1"), numbers=numbers))
    assert main(["decide", "a-1_0001_i01", "--caption", "The lamp", "--config", str(config)]) == 0
    assert [item.by for item in catalog.decisions.of(IssueId("a-1"))] == ["4711"]


def test_a_configuration_error_names_file_and_option(tmp_path, capsys):
    (tmp_path / "config.ini").write_text("[separate]\nengin = classical\n")
    assert main(["nightly", "--config", str(tmp_path / "config.ini")]) == 2
    assert "did you mean 'engine'" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.engine
def test_the_demo_ends_well(tmp_path, capsys):
    from archive.training.fonts import find_fonts
    from schemas.errors import EngineError

    try:
        find_fonts()
    except EngineError as error:
        pytest.skip(str(error))
    assert main(["demo", "--to", str(tmp_path / "demo")]) == 0
    output = capsys.readouterr().out
    assert "3 issues published" in output and "page_006.tif" in output and "success" in output
    assert main(["find", "balloon", "--config", str(tmp_path / "demo" / "config.ini")]) == 0
    assert "Fig. 2. The balloon before the start." in capsys.readouterr().out


def test_a_demo_killed_while_drawing_starts_again(tmp_path, monkeypatch):
    def killed(incoming):
        (incoming / "lantern").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "_draw", killed)
    for _ in range(2):  # the second finds what the first left
        assert main(["demo", "--to", str(tmp_path / "demo")]) == 130


@pytest.mark.parametrize("name", ["letter.txt", "config.ini"])
def test_a_folder_that_is_no_demo_is_left_alone(tmp_path, capsys, name):
    (tmp_path / "archive").mkdir()
    for path in (tmp_path / name, tmp_path / "archive" / "letter.txt"):
        path.write_text("[archive]\nroot = archive\n")
    assert main(["demo", "--to", str(tmp_path)]) == 2
    assert "name another --to" in capsys.readouterr().err
    for path in (tmp_path / name, tmp_path / "archive" / "letter.txt"):
        assert path.read_text() == "[archive]\nroot = archive\n"

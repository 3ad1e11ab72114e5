import os
import tempfile
import threading
import time

import pytest

from archive.store import place, scratch, sha256, sweep, sweep_scratch, whole, write_whole
from tests.fault_points import failing


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError), whole(tmp_path / "a.txt") as draft:
        draft.write_text("half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_failed_rewrite_keeps_the_old_file(tmp_path):
    write_whole(tmp_path / "a.txt", b"old")
    with pytest.raises(RuntimeError), whole(tmp_path / "a.txt") as draft:
        draft.write_text("half")
        raise RuntimeError
    assert (tmp_path / "a.txt").read_bytes() == b"old"


def test_a_folder_replaces_a_folder(tmp_path):
    for name in ("one", "two"):
        with whole(tmp_path / "page") as draft:
            draft.mkdir()
            (draft / name).write_text(name)
    assert [p.name for p in (tmp_path / "page").iterdir()] == ["two"]
    assert [p.name for p in tmp_path.iterdir()] == ["page"]


def test_the_sweep_takes_old_drafts_only(tmp_path):
    old, new, file = tmp_path / ".draft-1-a", tmp_path / ".draft-2-b", tmp_path / "c"
    old.mkdir()
    (old / "x").write_text("x")
    new.write_text("n")
    file.write_text("f")
    yesterday = time.time() - 100_000
    os.utime(old, (yesterday, yesterday))
    assert sweep(tmp_path) == 1
    assert {p.name for p in tmp_path.iterdir()} == {".draft-2-b", "c"}


def test_placing_a_file_keeps_its_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"master")
    place(tmp_path / "a", tmp_path / "deep" / "b")
    assert sha256(tmp_path / "deep" / "b") == sha256(tmp_path / "a")


def test_a_file_may_be_placed_again_and_never_writes_over_what_was_placed_before(tmp_path):
    old, new, there = (tmp_path / name for name in ("old", "new", "there"))
    old.write_bytes(b"old")
    new.write_bytes(b"new")
    for source in (old, old, new, there):
        place(source, there)
    assert (old.read_bytes(), there.read_bytes()) == (b"old", b"new")


def test_processes_that_write_one_folder_leave_one_whole(tmp_path):
    errors = []

    def write(name):
        try:
            for turn in range(60):
                with whole(tmp_path / "page") as draft:
                    draft.mkdir()
                    for part in range(3):
                        (draft / f"{name}-{part}").write_text(str(turn))
        except OSError as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    results = sorted(path.name for path in (tmp_path / "page").iterdir())
    assert len({name[0] for name in results}) == 1 and len(results) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_scratch_of_a_killed_run_goes_and_that_of_a_living_one_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with scratch() as folder:
        assert folder.parent == tmp_path
        left = tmp_path / f"{folder.name}left"
        left.mkdir()
        (left / "page.pgm").write_bytes(b"P5")
        os.utime(left, (0, 0))
        (tmp_path / "another program's").mkdir()
        os.utime(tmp_path / "another program's", (0, 0))
        assert sweep_scratch() == 1
        assert folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["another program's"]


def test_the_sweep_bears_folders_that_go(tmp_path):
    stop = threading.Event()

    def write():
        while not stop.is_set():
            with whole(tmp_path / "work" / "page") as draft:
                (draft / "deep").mkdir(parents=True)
                (draft / "deep" / "x").write_text("x")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(150):
            sweep(tmp_path, older_than_s=3600)
    finally:
        stop.set()
        thread.join()
    assert (tmp_path / "work" / "page" / "deep" / "x").read_text() == "x"


def test_a_folder_that_cannot_be_replaced_stays_as_it_was(tmp_path):
    target = tmp_path / "edition"
    with whole(target) as draft:
        draft.mkdir()
        (draft / "old").touch()
    with pytest.raises(OSError, match="No space"), failing("rename", 2), whole(target) as draft:
        draft.mkdir()
        (draft / "new").touch()
    assert [path.name for path in target.iterdir()] == ["old"]
    assert [path.name for path in tmp_path.iterdir()] == ["edition"]


def test_a_draft_goes_where_nothing_can_be_renamed(tmp_path):
    target = tmp_path / "edition"
    failure = pytest.raises(OSError, match="No space")
    with failing("rename", 1, lasts=True), failure, whole(target) as draft:
        draft.mkdir()
    assert not list(tmp_path.iterdir())

"""Files on disk: written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path
from uuid import uuid4

DRAFT_PREFIX = ".draft-"
SCRATCH_PREFIX = ".bilderbogen-scratch-"
_OUR_DRAFT = re.compile(re.escape(DRAFT_PREFIX) + r"[0-9a-f]{8}(-|$)")
_STALE_S = 24 * 3600
_ATTEMPTS = 8


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Yield a temporary sibling of ``target``; put it in place on success, drop it on error.

    The body makes the sibling a file or a folder. It is flushed to disk before the rename, so
    that after a power cut the target is either absent or complete. A folder replaces a folder in
    two renames; between them the target is absent, never half there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(target)
    try:
        yield draft
        _flush(draft)
        if draft.is_dir():
            _replace_folder(draft, target)
        else:
            draft.replace(target)
        _flush_folder(target.parent)
    finally:
        _drop(draft)


_NAME_END = 40
"""Characters of a target's name in that of its draft: 160 bytes at most, suffix included."""


def draft_of(target: Path) -> Path:
    """Return a temporary sibling of ``target`` that no other process has."""
    # the end of the name alone: a whole one may be as long as the disk allows
    return target.with_name(f"{DRAFT_PREFIX}{uuid4().hex[:8]}-{target.name[-_NAME_END:]}")


def _replace_folder(draft: Path, target: Path) -> None:
    """Put ``draft`` where ``target`` is: aside with the old one, in with the new one, then delete.

    Two processes may do so at once; the last one wins.
    """
    for attempt in range(_ATTEMPTS):
        aside = target.with_name(f"{DRAFT_PREFIX}{uuid4().hex[:8]}")
        with suppress(FileNotFoundError):  # there is none, or another process was faster
            target.replace(aside)
        try:
            draft.replace(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or attempt == _ATTEMPTS - 1:
                with suppress(OSError):  # readers keep what was there
                    aside.replace(target)
                raise
        else:
            return
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def write_whole(target: Path, content: bytes) -> None:
    """Write ``content`` to ``target``, whole or not at all."""
    with whole(target) as draft:
        draft.write_bytes(content)


def sweep(folder: Path, *, older_than_s: float = _STALE_S) -> int:
    """Remove drafts left in the tree by killed runs; return how many."""
    limit, count = time.time() - older_than_s, 0
    for parent, folders, files in os.walk(folder):  # folders may go while we walk
        drafts = [name for name in (*folders, *files) if name.startswith(DRAFT_PREFIX)]
        folders[:] = [name for name in folders if name not in drafts]
        count += sum(_drop_old(Path(parent) / name, limit) for name in drafts)
    return count


def sweep_beside(folder: Path, *, older_than_s: float = _STALE_S) -> int:
    """Remove drafts of killed runs in a folder that is not the archive's; return how many.

    Others may keep things there: only what is named as a draft of ours goes, and nothing below.
    """
    limit = time.time() - older_than_s
    drafts = [path for path in folder.glob(f"{DRAFT_PREFIX}*") if _OUR_DRAFT.match(path.name)]
    return sum(_drop_old(path, limit) for path in drafts)


def _drop_old(path: Path, limit: float) -> bool:
    with suppress(FileNotFoundError):
        if path.lstat().st_mtime <= limit:
            _drop(path)
            return True
    return False


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield an empty folder among the machine's temporary files; it goes with its content."""
    with tempfile.TemporaryDirectory(prefix=SCRATCH_PREFIX) as folder:
        yield Path(folder)


def sweep_scratch(*, older_than_s: float = _STALE_S) -> int:
    """Remove what killed runs of ours left among the machine's temporary files; return how many."""
    limit, count = time.time() - older_than_s, 0
    for folder in Path(tempfile.gettempdir()).glob(f"{SCRATCH_PREFIX}*"):
        with suppress(OSError):  # another user's, or it went while we looked
            if folder.lstat().st_mtime <= limit and folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder)
                count += 1
    return count


def is_draft(path: Path) -> bool:
    """Say whether ``path`` is a temporary sibling made by ``whole``."""
    return path.name.startswith(DRAFT_PREFIX)


def sha256(path: Path) -> str:
    """Return the hex digest METS and PREMIS carry for ``path``."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


@lru_cache(maxsize=256)
def _sha256_of_state(path: Path, size_bytes: int, modified_ns: int) -> str:
    del size_bytes, modified_ns
    return sha256(path)


def sha256_once(path: Path) -> str:
    """Return the digest of ``path``; a process reads a file once while its size and date stay.

    For masters of many pages, which are read for each of them.
    """
    status = path.stat()
    return _sha256_of_state(path, status.st_size, status.st_mtime_ns)


def digests_in(path: Path) -> dict[str, str]:
    """Return the digests of a file, or of all files of a folder, by their names in it."""
    if not path.is_dir():
        return {"": sha256(path)}
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path).as_posix(): sha256(file) for file in files}


def place(source: Path, target: Path, *, links: bool = True) -> None:
    """Put ``source`` at ``target`` too: a hard link where ``links`` and the disk allow, or a copy.

    Links are only for files nobody writes again (masters, published crops), in a place of our own.
    What was at ``target`` before is replaced, not written over: it may be a link, too.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        if target.samefile(source):
            return
        target.unlink()
    try:
        if links:
            os.link(source, target)
            return
    except OSError:
        pass  # another disk, or one that knows no links
    shutil.copyfile(source, target)


def _flush(path: Path) -> None:
    files = [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
    for file in files:
        with file.open("rb") as stream:
            os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        aside = path.with_name(f"{DRAFT_PREFIX}{uuid4().hex[:8]}")
        with suppress(OSError):  # a disk that renames no more may delete all the same
            path = path.replace(aside)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

"""Where PyMatting's kernels are compiled to, so that it happens once an installation.

Numba keeps them beside PyMatting's source, or in the user's cache folder where that is read-only.
A service may be allowed to write neither; then it would compile for minutes in every worker of
every night, or fail.
"""

from __future__ import annotations

import os
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from stat import S_ISDIR

FOLDER = "NUMBA_CACHE_DIR"
"""Environment variable that names the folder of compiled kernels."""

_LIBRARY = "pymatting"


def set_kernel_folder() -> None:
    """Name a folder for compiled kernels where Numba would find none that it may write to."""
    if FOLDER in os.environ or any(map(_is_writable, _usual_folders())):
        return
    folder = Path(tempfile.gettempdir()) / f"bilderbogen-kernels-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if _is_ours(folder):
        os.environ[FOLDER] = str(folder)


def compile_kernels() -> None:
    """Compile PyMatting's kernels, unless that was done; its import is what compiles them."""
    set_kernel_folder()
    import_module(_LIBRARY)


def _usual_folders() -> tuple[Path, ...]:
    spec = find_spec(_LIBRARY)  # looks for the package and runs none of it
    assert spec is not None and spec.origin is not None
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(spec.origin).parent, Path(cache)


def _is_ours(folder: Path) -> bool:
    """Say whether nobody else can have put anything into ``folder``: what is there is run."""
    status = folder.lstat()
    return S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077


def _is_writable(folder: Path) -> bool:
    """Say whether ``folder`` may be written to, or made."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return os.access(there, os.W_OK | os.X_OK)


if __name__ == "__main__":
    compile_kernels()

"""Writing an output folder whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tinycompile.errors import OutputError


def write(files: Mapping[str, str], folder: Path, marker: str) -> None:
    """Make `folder` hold exactly `files`: written beside it, then renamed into place.

    An existing folder is replaced only if it has the file `marker`, which shows that it was written
    here; anything else could be somebody's work.
    """
    folder = folder.absolute()
    if folder.exists() and not replaceable(folder, marker):
        raise OutputError(
            f"output folder {folder} exists and was not written by TinyCompile for this model "
            f"(no {marker} in it); choose another with -o or remove it"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise OutputError(f"cannot write to {folder.parent}: {error.strerror}") from error
    try:
        fill(fresh, files)
        fresh.chmod(0o755)
        swap(fresh, folder)
    finally:
        if fresh.exists():
            shutil.rmtree(fresh)


def fill(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files` into `folder`; their names may have folders of their own."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def replaceable(folder: Path, marker: str) -> bool:
    return folder.is_dir() and ((folder / marker).exists() or not any(folder.iterdir()))


def swap(fresh: Path, folder: Path) -> None:
    """Put `fresh` where `folder` is; what was there is kept until the new one is in place."""
    if not folder.exists():
        os.rename(fresh, folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
    os.rename(folder, old / "old")
    try:
        os.rename(fresh, folder)
    except OSError:
        os.rename(old / "old", folder)
        raise
    finally:
        shutil.rmtree(old)

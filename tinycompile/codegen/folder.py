"""Writing an output folder whole or not at all."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tinycompile.errors import OutputError

BUILT = {".a", ".d", ".o", ".su"}  # made from our files: to be made again


def write(files: Mapping[str, str], folder: Path, marker: str) -> None:
    """Make `folder` hold exactly `files`: written beside it, then renamed into place.

    An existing folder is replaced only if all in it was written here, as `marker` lists it, or built
    from that; anything else could be somebody's work.
    """
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"output folder {folder} is a file; choose another with -o")
    if folder.exists() and (kept := foreign(folder, marker)):
        raise OutputError(
            f"output folder {folder} exists and holds {kept[0]}, which TinyCompile did not write for this "
            "model; choose another folder with -o, or remove it"
        )
    make(folder.parent)
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise OutputError(f"cannot write to {folder.parent}: {error.strerror}") from error
    try:
        fill(fresh, files)
        fresh.chmod(0o755)
        swap(fresh, folder)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror}") from error
    finally:
        if fresh.exists():
            shutil.rmtree(fresh)


def make(folder: Path) -> None:
    """Make `folder` and its parents unless they are there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from error


def fill(folder: Path, files: Mapping[str, str]) -> None:
    """Write `files` into `folder`; their names may have folders of their own."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def foreign(folder: Path, marker: str) -> list[str]:
    """What is in `folder` that its `marker` does not list as written, and no compiler built."""
    here = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    try:
        written = set(json.loads((folder / marker).read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        written = set()
    return sorted(name for name in here - written if Path(name).suffix not in BUILT)


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

"""A report that goes to a file of its own, beside the library."""

import os
from pathlib import Path

from tinycompile.errors import OutputError


def check(path: Path) -> None:
    """Raise, before any work, what `write` would say after it, as far as that is known."""
    if not os.path.isdir(path.parent):
        raise OutputError(f"cannot write {path}: there is no folder {path.parent}")
    if os.path.isdir(path):
        raise OutputError(f"cannot write {path}: it is a folder")


def write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error

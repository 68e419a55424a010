"""A report that goes to a file of its own, beside the library."""

import os
from collections.abc import Iterable
from pathlib import Path

from tinycompile.errors import OutputError


def check(path: Path, read: Iterable[Path] = ()) -> None:
    """Raise, before any work, what `write` would say after it. Files that are `read` are not written over."""
    if not os.path.isdir(path.parent):
        raise OutputError(f"cannot write {path}: there is no folder {path.parent}")
    if os.path.isdir(path):
        raise OutputError(f"cannot write {path}: it is a folder")
    if any(os.path.exists(path) and os.path.samefile(path, other) for other in read):
        raise OutputError(f"cannot write {path}: it is read, too; choose another name")
    if not os.access(path if os.path.exists(path) else path.parent, os.W_OK):
        raise OutputError(f"cannot write {path}: Permission denied")


def write(path: Path, text: str) -> None:
    """Whole or not at all, where it is a file: a device gets what it can take."""
    device = os.path.exists(path) and not os.path.isfile(path)
    where = path.resolve()
    new = where if device else where.with_name(f".tinycompile-{os.getpid()}")
    try:
        new.write_text(text, encoding="utf-8", newline="\n")
        if not device:
            os.replace(new, where)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}") from error
    finally:
        if not device:
            new.unlink(missing_ok=True)

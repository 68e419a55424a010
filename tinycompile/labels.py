"""The names of a classifier's classes: a file with a line each, or what TFLite's metadata brings."""

import zipfile
from pathlib import Path

from tinycompile.errors import InvalidInput
from tinycompile.program import Program


def read(path: Path) -> tuple[str, ...]:
    """The lines of a file; InvalidInput if it has none, or is no text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{path}: cannot read the labels: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: the labels are no text in UTF-8") from error
    if not (found := lines(text)):
        raise InvalidInput(f"{path}: no labels; write one a line, in the order of the output")
    return found


def lines(text: str) -> tuple[str, ...]:
    """Without the empty ones at the end."""
    return tuple(line.strip() for line in text.rstrip().splitlines())


def embedded(path: Path) -> list[tuple[str, ...]]:
    """What text files a TFLite model carries: its metadata is a zip archive behind it."""
    try:
        with zipfile.ZipFile(path) as archive:
            texts = [name for name in archive.namelist() if name.endswith(".txt")]
            return [lines(archive.read(name).decode(errors="replace")) for name in texts]
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
        return []  # no archive, or none that can be read: most models have none


def of(program: Program, asked: Path | None, model: Path) -> tuple[str, ...]:
    """The labels of `program`: `asked` for in a file, or with the `model`; () if there are none.

    Those of a file name the elements of an output, or InvalidInput is raised.
    """
    sizes = {t.name: t.shape[-1] if t.shape else 1 for t in program.outputs}
    if asked is None:
        return next((found for found in embedded(model) if len(found) in sizes.values()), ())
    found = read(asked)
    if len(found) not in sizes.values():
        outputs = ", ".join(f'"{name}" {size}' for name, size in sizes.items())
        raise InvalidInput(f"{asked}: {len(found)} labels, but the classes are others: {outputs}")
    return found

"""NAME.json of an earlier compilation, to compare with."""

import json
from pathlib import Path
from typing import Any

from tinycompile.errors import InvalidInput

NEEDED = ("name", "target", "macs", "ram", "flash", "kernels", "layers", "memory")


def read(path: Path) -> dict[str, Any]:
    """Raises InvalidInput, in one line, for a file that is none."""
    if path.exists() and not path.is_file():
        raise InvalidInput(f"{path}: not a NAME.json of TinyCompile: it is no file")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"{path}: cannot read it: {error.strerror}") from error
    except ValueError as error:  # no JSON, or no text
        raise InvalidInput(f"{path}: not a NAME.json of TinyCompile: {error}") from error
    if not isinstance(found, dict) or "tinycompile" not in found:
        raise InvalidInput(f"{path}: not a NAME.json of TinyCompile: it does not say so")
    if missing := [key for key in NEEDED if key not in found]:
        raise InvalidInput(
            f"{path}: it has no {', '.join(missing)}: it is of several models, or of an older TinyCompile; "
            "compile one model again"
        )
    return found

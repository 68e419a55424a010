"""Includes that need no search path: of files of one folder, relative to the file that includes."""

import re
from collections.abc import Mapping
from posixpath import dirname, relpath

_QUOTED = re.compile(r'^(\s*#\s*include\s*)"([^"]+)"', re.MULTILINE)


def relative(name: str, text: str, files: Mapping[str, str]) -> str:
    """The `text` of the file `name`, whose includes of `files` lead there from where it lies."""

    def led(found: re.Match[str]) -> str:
        header = found[2]
        beside = f"{dirname(name)}/{header}".removeprefix("/")
        meant = [file for file in files if file == header or file.endswith(f"/{header}")]
        if beside in files or len(meant) != 1:
            return found[0]
        return f'{found[1]}"{relpath(meant[0], dirname(name) or ".")}"'

    return _QUOTED.sub(led, text)

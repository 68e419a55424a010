"""Programs and memory plans -> the files of a standalone C library."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tinycompile.codegen import example, exports, folder, project
from tinycompile.codegen.exports import cmake, make
from tinycompile.codegen.library import Library


def emit(library: Library) -> dict[str, str]:
    """The text of every file, by name. The same input gives the same bytes."""
    texts = files(library)
    name = f"{library.name}.json"
    return texts | {name: marker(name, library.report, texts)}


def exported(library: Library, kinds: Sequence[str]) -> dict[str, str | bytes]:
    """The same, and what `kinds` of exports add."""
    texts = exports.added(library, kinds, files(library))
    name = f"{library.name}.json"
    return texts | {name: marker(name, library.report, texts)}


def files(library: Library) -> dict[str, str]:
    """All but the marker."""
    texts = {library.folder + name: text for name, text in library.files.items()}
    texts |= {
        f"{project.EXAMPLES}/main.c": example.main(library),
        "Makefile": make.makefile(library),
        "CMakeLists.txt": cmake.lists(library),
        "LICENSES.txt": project.licences(library),
    }
    return texts


def marker(name: str, report: Mapping[str, Any], texts: Mapping[str, str | bytes]) -> str:
    """The `report`, and what was written: of the next compilation's folder, that is ours."""
    written = {
        "files": sorted([name, *texts]),
        folder.HASHES: {file: folder.digest(folder.encoded(texts[file])) for file in sorted(texts)},
    }
    return json.dumps({**report, **written}, indent=2) + "\n"

"""Arm's CMSIS-NN: where it is on this machine, its version, and which of its files a function needs.

None of it is part of TinyCompile: it is taken from a folder that the user names, or from the copy inside the
package `bakenn` (version 4.0, the functions for int8 convolutions, fully connected layers and pools).
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from tinycompile.errors import InvalidCmsisNN, InvalidOption
from tinycompile.families import AUTO, CMSIS_NN, PORTABLE
from tinycompile.includes import relative
from tinycompile.target import Target

VARIABLE = "CMSIS_NN_DIR"
HINT = f"give --cmsis-nn DIR, set ${VARIABLE}, or pip install 'tinycompile[cmsis-nn]'"
FOLDER, CORE_FOLDER = "cmsis_nn", "cmsis_core"  # where its files lie in an emitted folder
LICENCES = ("LICENSE", "LICENSE.txt")

# The revision of arm_nnfunctions.h from which each version on says so; the newest first.
VERSIONS = {18: (7, 0), 16: (6, 0), 12: (5, 0), 11: (4, 1)}
OLDEST = (4, 0)

# What is written above its files.
CHANGED = (
    "/* Changed by TinyCompile: includes are relative, and this is no code to be warned of. */\n"
)
NO_WARNINGS = "#if defined(__GNUC__)\n#pragma GCC system_header\n#endif\n"

# Its headers know no host compiler: what they lack there.
HOST_FLAGS = ("-D__GNUC_PYTHON__", "-D__RESTRICT=__restrict", "-includestdint.h")

Version = tuple[int, int]

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)
# At the start of a line, so that neither calls nor static functions count.
_FUNCTION = re.compile(r"^(?!static|__STATIC)[\w *]*?\b(arm_\w+)\s*\([^;{}]*\)\s*\{", re.MULTILINE)
_TABLE = re.compile(r"^const\s[^;{}()]*?\b(\w+)\s*\[[^;{}]*=\s*\{", re.MULTILINE)
_FLOAT = re.compile(
    r"_(flt|f16|f32)(_common)?\.h$"
)  # included only where its float API is switched on


@dataclass(frozen=True)
class CmsisNN:
    """One copy of it. `origin` says in words where it was found."""

    root: Path
    origin: str
    version: Version
    core: Path | None  # the folder of cmsis_compiler.h, which version 4.0 needs

    def __str__(self) -> str:
        return f"CMSIS-NN {self.version[0]}.{self.version[1]} ({self.origin})"

    @cached_property
    def functions(self) -> frozenset[str]:
        """What its sources define."""
        return frozenset(self._files)

    def files(self, functions: Iterable[str]) -> dict[str, str]:
        """The sources and headers that `functions` need, and the licence.

        Text by name in the emitted folder.
        """
        sources = self._closure(functions)
        headers: dict[Path, str] = {}
        for source in sources:
            self._headers(source, headers)
        result = {
            f"{FOLDER}/{path.relative_to(self.root).as_posix()}": _read(path) for path in sources
        }
        result |= {name: _read(path) for path, name in headers.items()}
        result[f"{FOLDER}/LICENSE.txt"] = _read(_licence(self.root))
        if any(name.startswith(CORE_FOLDER) for name in result):
            assert self.core
            result[f"{CORE_FOLDER}/LICENSE.txt"] = _read(_licence(self.core.parent, self.root))
        return {name: _on_its_own(name, result) for name in sorted(result)}

    @cached_property
    def _files(self) -> dict[str, Path]:
        """The source that defines each function or table."""
        found: dict[str, Path] = {}
        for path in sorted((self.root / "Source").rglob("*.c")):
            code = _code(path)
            for name in (*_FUNCTION.findall(code), *_TABLE.findall(code)):
                found.setdefault(name, path)
        return found

    def _closure(self, functions: Iterable[str]) -> list[Path]:
        """The sources of `functions` and of all that they name, for every instruction set."""
        wanted, found = [self._files[function] for function in functions], set()
        while wanted:
            path = wanted.pop()
            if path not in found:
                found.add(path)
                named = self._files.keys() & set(re.findall(r"\w+", _code(path)))
                wanted += [self._files[name] for name in named]
        return sorted(found)

    def _headers(self, source: Path, found: dict[Path, str]) -> None:
        """Add to `found` what `source` includes, directly or not; the compiler's own headers are left out."""
        for name in _INCLUDE.findall(_code(source)):
            if _FLOAT.search(name):
                continue
            for folder, emitted in ((self.root / "Include", FOLDER), (self.core, CORE_FOLDER)):
                path = folder / name if folder else None
                if path and path.is_file() and path not in found:
                    found[path] = f"{emitted}/Include/{name}"
                    self._headers(path, found)


def chosen(kernels: str, folder: str | Path | None, target: Target) -> CmsisNN | None:
    """The copy to take kernels from if `kernels`, one of kernels.MODES, wants any; None if there is none."""
    measured = not target.is_host  # on Cortex-M only: nothing is known of its speed elsewhere
    if not folder and (kernels == PORTABLE or (kernels == AUTO and not measured)):
        return None
    found = find(Path(folder) if folder else None)
    if found is None and kernels == CMSIS_NN:
        raise InvalidOption(f"--kernels {kernels}: there is no CMSIS-NN here; {HINT}")
    return found


def find(folder: Path | None) -> CmsisNN | None:
    """The copy in `folder`, or in $CMSIS_NN_DIR, or in bakenn; None if there is none.

    Raises InvalidCmsisNN when a folder is named that is no CMSIS-NN.
    """
    if folder:
        return _open(folder, f"--cmsis-nn {folder}")
    if named := os.environ.get(VARIABLE):
        return _open(Path(named), f"${VARIABLE}: {named}")
    vendored = _bakenn()
    return _open(vendored / "cmsis_nn", "from the package bakenn") if vendored else None


def _bakenn() -> Path | None:
    """The folder inside bakenn that has cmsis_nn and cmsis_core."""
    spec = find_spec("bakenn")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "backend" / "cmsis_nn" / "vendor"
    return folder if (folder / "cmsis_nn" / "Include").is_dir() else None


def _open(folder: Path, origin: str) -> CmsisNN:
    functions, sources = folder / "Include" / "arm_nnfunctions.h", folder / "Source"
    for missing in (functions, sources):
        if not missing.exists():
            raise InvalidCmsisNN(
                f"{origin} is not CMSIS-NN: it has no {missing.relative_to(folder)}; "
                "a checkout of github.com/ARM-software/CMSIS-NN has Include/ and Source/"
            )
    version, core = _version(functions, origin), _core(folder)
    if version == OLDEST and core is None:
        raise InvalidCmsisNN(
            f"{origin}: CMSIS-NN 4.0 needs CMSIS-Core's cmsis_compiler.h, which is not in it nor "
            "beside it in Core/Include; add it there, or use CMSIS-NN 4.1 or newer"
        )
    return CmsisNN(folder, origin, version, core if version == OLDEST else None)


def _version(functions: Path, origin: str) -> Version:
    """Its sources state no version, but arm_nnfunctions.h has a revision of its own, as V.11.2.0."""
    found = re.search(r"\$Revision:\s*V\.?(\d+)\.(\d+)", _read(functions))
    if not found or int(found[1]) < 11:
        raise InvalidCmsisNN(f"{origin}: CMSIS-NN is older than 4.0; use 4.0 or newer")
    major, minor = int(found[1]), int(found[2])
    if (major, minor) < (11, 3):
        return OLDEST
    return next(version for revision, version in VERSIONS.items() if major >= revision)


def _core(folder: Path) -> Path | None:
    """CMSIS-Core's headers: in the folder, or beside it as CMSIS 5 and bakenn lay them out."""
    beside = folder.resolve().parent
    places = [folder, folder / "Core", beside / "Core", beside / CORE_FOLDER]
    if vendored := _bakenn():
        places.append(vendored / CORE_FOLDER)
    includes = (place / "Include" for place in places)
    return next((path for path in includes if (path / "cmsis_compiler.h").is_file()), None)


def _on_its_own(name: str, files: dict[str, str]) -> str:
    """One of the emitted `files`, that compiles without search paths."""
    text = relative(name, files[name], files)
    if name.endswith(".h"):
        text = NO_WARNINGS + text
    return text if text == files[name] else CHANGED + text


def _licence(*folders: Path) -> Path:
    for folder in folders:
        for name in LICENCES:
            if (folder / name).is_file():
                return folder / name
    raise InvalidCmsisNN(
        f"{folders[0]} has no {' or '.join(LICENCES)}, which must go with its files"
    )


def _code(path: Path) -> str:
    return _COMMENT.sub(" ", _read(path))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")

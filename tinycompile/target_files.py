"""The files of targets: found by whatever their chip, board or core is called, and read.

A file that says `core = "cortex-m4"` takes from that target whatever it does not say itself, so a
chip states only what it adds to its core: memory and clock.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tinycompile.errors import InvalidTarget, UnknownTarget

Files = Mapping[str, Traversable]  # of targets, by what these are called
NO_FILES: Files = MappingProxyType({})

_TARGETS = files("tinycompile.targets")
# What a chip says of itself, not of those that name it as their core.
OWN = ("flash_timing", "aliases", "source")
PART = 9  # letters and digits of an alias that tell a chip or board also with more behind them


def shipped() -> dict[str, Traversable]:
    """The files of `targets/`, by what the targets are called."""
    return in_folder(_TARGETS)


def in_folder(folder: Traversable) -> dict[str, Traversable]:
    """The target files of `folder`, by what their targets are called."""
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".toml"): file for file in files if file.name.endswith(".toml")}


def read(name_or_path: str, more: Files = NO_FILES) -> tuple[str, str, dict[str, Any]]:
    """What a target is called, which file says so, and all that it says, with what its core does.

    `name_or_path` is the path of the user's own file, ending in .toml, or what a shipped target or one of
    `more` is called, or a board, part or core that one of these lists, in capitals or not.
    """
    known = shipped() | dict(more)
    if not name_or_path.endswith(".toml"):
        name = resolved(name_or_path, known)
        where = f"targets/{known[name].name}"
        return name, where, _read(known[name], where, known)
    path = Path(name_or_path)
    if not os.path.isfile(path):
        raise UnknownTarget(f"no target file {name_or_path!r} ({_all(known)})")
    return path.stem, name_or_path, _read(path, name_or_path, known)


def resolved(asked: str, known: Files) -> str:
    """Which of `known` is meant by `asked`; UnknownTarget with the nearest if none is."""
    if asked in known:
        return asked
    called = {plain(name): name for name in sorted(known, reverse=True)}
    aliases = {plain(alias): name for name in sorted(known) for alias in _aliases(name, known)}
    wanted = plain(asked)
    if name := called.get(wanted) or aliases.get(wanted):
        return name
    longer = [part for part in aliases if len(part) >= PART and wanted.startswith(part)]
    if longer:  # STM32F446RET6 is an STM32F446RE, in whichever package
        return aliases[max(longer, key=len)]
    raise UnknownTarget(f"unknown target {asked!r}{_hint(wanted, called, aliases)} ({_all(known)})")


def _hint(wanted: str, called: dict[str, str], aliases: dict[str, str]) -> str:
    """The targets that are called nearly as `wanted`."""
    near = [name for name in called if wanted and name.startswith(wanted)]
    near = near or get_close_matches(wanted, called, n=2, cutoff=0.5)
    near = near or get_close_matches(wanted, aliases, n=2, cutoff=0.6)
    meant = dict.fromkeys((called | aliases)[name] for name in near)
    return f"; did you mean {' or '.join(map(repr, meant))}?" if meant else ""


def plain(name: str) -> str:
    """`name` without what people write differently: capitals, dashes, spaces."""
    return re.sub("[^a-z0-9]", "", name.lower().replace("+", "plus"))


def _aliases(name: str, known: Files) -> list[str]:
    """Those that a file lists, as far as it can be read: it is another that is asked for."""
    try:
        said = tomllib.loads(known[name].read_text(encoding="utf-8")).get("aliases")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        return []
    return [alias for alias in said if isinstance(alias, str)] if isinstance(said, list) else []


def _all(known: Files) -> str:
    return f"--list targets shows all {len(known)}"


def _read(file: Traversable, where: str, known: Files) -> dict[str, Any]:
    """The file's own keys over those of the core it names."""
    try:
        own = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidTarget(f"{where}: not TOML: {error}") from error
    except OSError as error:
        raise InvalidTarget(f"{where}: cannot read it: {error.strerror}") from error
    core = own.pop("core", None)
    if core is None:
        return own
    if core not in list(known):
        raise InvalidTarget(f"{where}: core = {core!r} is no target ({_all(known)})")
    others = {name: other for name, other in known.items() if name != core}  # no circle of them
    return _inherited(_read(known[core], f"targets/{core}.toml", others), own) | own


def _inherited(core: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """What of `core` holds for who says `own`: who says anything of memory says all of it."""
    dropped = set(OWN)
    if "memory" in own:
        dropped |= {"flash_kib", "ram_kib"}
    elif {"flash_kib", "ram_kib"} & own.keys():
        dropped.add("memory")
    return {key: value for key, value in core.items() if key not in dropped}

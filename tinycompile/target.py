"""Targets: what the compiler may assume about a chip. Each is one file `targets/NAME.toml`.

A file that says `core = "cortex-m4"` takes from that target whatever it does not say itself, so a
chip states only what it adds to its core: memory and clock.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from enum import IntEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tinycompile.errors import InvalidTarget, UnknownTarget

_TARGETS = files("tinycompile.targets")
_FIRMWARE = files("tinycompile.simulate.firmware")

Files = Mapping[str, Traversable]  # of targets, by what these are called
NO_FILES: Files = MappingProxyType({})


class Isa(IntEnum):
    """Ordered: a core that has one level can run every level below it."""

    SCALAR = 0
    DSP = 1
    MVE = 2


# The most that each core can run; a chip may lack the optional extension and say a lower level.
CORES = {
    "host": Isa.SCALAR,
    "cortex-m0": Isa.SCALAR,
    "cortex-m0plus": Isa.SCALAR,
    "cortex-m3": Isa.SCALAR,
    "cortex-m4": Isa.DSP,
    "cortex-m7": Isa.DSP,
    "cortex-m23": Isa.SCALAR,
    "cortex-m33": Isa.DSP,
    "cortex-m35p": Isa.DSP,
    "cortex-m55": Isa.MVE,
    "cortex-m85": Isa.MVE,
}
FLOAT_ABIS = ("soft", "hard")


@dataclass(frozen=True, kw_only=True)
class FlashCache:
    """Between flash and core: fully associative, filled a sector (what flash reads at once) at a time."""

    lines: int
    line_bytes: int
    sector_bytes: int


@dataclass(frozen=True, kw_only=True)
class FlashTiming:
    """How slow the chip's flash is. Only cycle estimates use it."""

    description: str  # which chip, at which clock
    wait_states: int  # cycles that a read which its cache does not have adds
    branch_cycles: int  # what a taken branch adds to refill the core's fetch buffer
    instruction_cache: FlashCache
    data_cache: FlashCache


@dataclass(frozen=True, kw_only=True)
class Target:
    name: str
    description: str
    cpu: str  # what gcc takes as -mcpu, or "host": the machine that compiles
    fpu: str  # what gcc takes as -mfpu; "" when the cpu says it all
    float_abi: str  # "soft" or "hard": where floats are passed
    isa: Isa
    flash_kib: int
    ram_kib: int
    clock_mhz: int  # 0 when it says nothing about speed
    machine: str  # the QEMU machine that runs this code; "" when none does
    flash_timing: FlashTiming | None = None  # a chip's own: not taken from the core it names

    @classmethod
    def load(cls, name_or_path: str, more: Files = NO_FILES) -> "Target":
        """A target of `targets/` or `more` by its name, or the user's own file by a path ending in .toml.

        Raises UnknownTarget when there is no such target or file, InvalidTarget when it says
        something a target cannot be.
        """
        known = shipped() | dict(more)
        if not name_or_path.endswith(".toml"):
            file = _named(name_or_path, known)
            where = f"targets/{file.name}"
            return _parse(name_or_path, where, _read(file, where, known))
        path = Path(name_or_path)
        if not os.path.isfile(path):
            raise UnknownTarget(f"no target file {name_or_path!r} ({_known(known)})")
        return _parse(path.stem, name_or_path, _read(path, name_or_path, known))

    @property
    def is_host(self) -> bool:
        """Code for this target runs on the machine that compiles it."""
        return self.cpu == "host"

    @property
    def cflags(self) -> list[str]:
        """The gcc flags that select the core; every file of one firmware needs the same ones."""
        if self.is_host:
            return []
        fpu = [f"-mfpu={self.fpu}"] if self.fpu else []
        return [f"-mcpu={self.cpu}", "-mthumb", f"-mfloat-abi={self.float_abi}", *fpu]


def names(more: Files = NO_FILES) -> list[str]:
    """Every target that `Target.load` knows by name."""
    return sorted({*shipped(), *more})


def shipped() -> dict[str, Traversable]:
    """The files of `targets/`, by what the targets are called."""
    return in_folder(_TARGETS)


def in_folder(folder: Traversable) -> dict[str, Traversable]:
    """The target files of `folder`, by what their targets are called."""
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".toml"): file for file in files if file.name.endswith(".toml")}


def machines() -> list[str]:
    """Every QEMU machine that firmware can be linked for: one memory map each."""
    return sorted(
        file.name.removesuffix(".ld")
        for file in _FIRMWARE.iterdir()
        if file.name.endswith(".ld") and file.name != "sections.ld"
    )


def _known(files: Files) -> str:
    return f"known: {', '.join(sorted(files))}"


def _named(name: str, known: Files) -> Traversable:
    if name not in known:
        close = get_close_matches(name, known, n=2, cutoff=0.5)
        hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise UnknownTarget(f"unknown target {name!r}{hint} ({_known(known)})")
    return known[name]


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
        raise InvalidTarget(f"{where}: core = {core!r} is no target ({_known(known)})")
    others = {name: other for name, other in known.items() if name != core}  # no circle of them
    inherited = _read(known[core], f"targets/{core}.toml", others)
    inherited.pop("flash_timing", None)
    return inherited | own


def _parse(name: str, where: str, said: dict[str, Any]) -> Target:
    wanted = [field.name for field in fields(Target)]
    wanted.remove("name")
    if unknown := sorted(said.keys() - set(wanted)):
        raise InvalidTarget(
            f"{where}: unknown key {', '.join(unknown)} (allowed: core, {', '.join(wanted)})"
        )
    wanted.remove("flash_timing")
    if missing := [key for key in wanted if key not in said]:
        raise InvalidTarget(f"{where}: missing {', '.join(missing)}; say them, or a core")
    for key in wanted:
        _check(where, key, said[key])
    isa = Isa[said["isa"].upper()]
    if isa > (most := CORES[said["cpu"]]):
        raise InvalidTarget(
            f"{where}: isa = {said['isa']!r} is more than {said['cpu']} has ({most.name.lower()})"
        )
    timing = said.get("flash_timing")
    own = {"isa": isa, "flash_timing": timing and _parse_flash_timing(where, timing)}
    return Target(name=name, **said | own)


def _parse_flash_timing(where: str, said: object) -> FlashTiming:
    place = f"{where}: flash_timing"
    own = _table(place, said, FlashTiming)
    for key in ("wait_states", "branch_cycles"):
        _check_integer(place, key, own[key], 0)
    if not isinstance(own["description"], str):
        raise InvalidTarget(f"{place}: description = {own['description']!r} is no string")
    for key in ("instruction_cache", "data_cache"):
        place = f"{where}: flash_timing.{key}"
        cache = _table(place, own[key], FlashCache)
        for size, value in cache.items():
            _check_integer(place, size, value, 1)
        line, sector = cache["line_bytes"], cache["sector_bytes"]
        if sector & (sector - 1) or line % sector or line > 32 * sector:
            raise InvalidTarget(
                f"{place}: sector_bytes = {sector} must be a power of two, and line_bytes = {line} "
                "1 to 32 times it"
            )
        own[key] = FlashCache(**cache)
    return FlashTiming(**own)


def _table(where: str, said: object, schema: type) -> dict[str, Any]:
    """A TOML table with exactly the schema's keys."""
    wanted = [field.name for field in fields(schema)]
    if not isinstance(said, dict) or said.keys() != set(wanted):
        raise InvalidTarget(f"{where}: must be a table of exactly {', '.join(wanted)}")
    return dict(said)


def _check_integer(where: str, key: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InvalidTarget(f"{where}: {key} = {value!r} is no integer from {least} up")


def _check(where: str, key: str, value: object) -> None:
    """One value has its field's type, and is one of those allowed where they are few."""
    if key in ("flash_kib", "ram_kib", "clock_mhz"):
        _check_integer(where, key, value, 0 if key == "clock_mhz" else 1)
        return
    if not isinstance(value, str):
        raise InvalidTarget(f"{where}: {key} = {value!r} is no string")
    allowed = {
        "cpu": tuple(CORES),
        "float_abi": FLOAT_ABIS,
        "isa": tuple(isa.name.lower() for isa in Isa),
        "machine": ("", *machines()),
    }
    if key in allowed and value not in allowed[key]:
        choices = ", ".join(choice or '""' for choice in allowed[key])
        raise InvalidTarget(f"{where}: {key} = {value!r} (allowed: {choices})")

"""Targets: what the compiler may assume about a chip. Each is one file `targets/NAME.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import IntEnum
from importlib.resources import files
from typing import Any

from tinycompile import target_checks as checks
from tinycompile import target_files
from tinycompile.errors import InvalidTarget
from tinycompile.target_files import NO_FILES, Files

_FIRMWARE = files("tinycompile.simulate.firmware")


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
MEMORY_KINDS = ("flash", "ram", "code")


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
class Memory:
    """One of the chip's memories, in one piece; those of one kind are listed from the fastest on."""

    name: str  # as the chip's manual calls it
    kind: str  # "flash", "ram": what an arena can lie in, or "code": RAM beside the core for instructions
    bytes: int
    wait_states: int | None = (
        None  # cycles that a read adds at the target's clock, where that is known
    )
    external: bool = False  # outside the chip


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
    # A chip's own, not taken from the core it names:
    flash_timing: FlashTiming | None = None
    aliases: tuple[str, ...] = ()  # boards and parts that have this chip
    # Where its figures are from, by what they are called in the file.
    source: Mapping[str, str] = field(default_factory=dict, compare=False)
    memory: tuple[
        Memory, ...
    ] = ()  # all of them, or none is known: then there are flash_kib and ram_kib

    @classmethod
    def load(cls, name_or_path: str, more: Files = NO_FILES) -> "Target":
        """A target of `targets/` or `more` by a name of it, or the user's own file by a path ending in .toml.

        Raises UnknownTarget when there is no such target or file, InvalidTarget when it says
        something a target cannot be.
        """
        return _parse(*target_files.read(name_or_path, more))

    @property
    def dual_issue(self) -> bool:
        """Two instructions may begin in a cycle, in order: loads pay beside multiplications."""
        return self.cpu == "cortex-m7"

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
    """Every target that there is a file of."""
    return sorted({*target_files.shipped(), *more})


def machines() -> list[str]:
    """Every QEMU machine that firmware can be linked for: one memory map each."""
    return sorted(
        file.name.removesuffix(".ld")
        for file in _FIRMWARE.iterdir()
        if file.name.endswith(".ld") and file.name != "sections.ld"
    )


def _parse(name: str, where: str, said: dict[str, Any]) -> Target:
    wanted = [field.name for field in fields(Target)]
    wanted.remove("name")
    if unknown := sorted(said.keys() - set(wanted)):
        raise InvalidTarget(
            f"{where}: unknown key {', '.join(unknown)} (allowed: core, {', '.join(wanted)})"
        )
    wanted = [key for key in wanted if key not in OPTIONAL]
    if missing := [key for key in wanted if key not in said]:
        raise InvalidTarget(f"{where}: missing {', '.join(missing)}; say them, or a core")
    for key in wanted:
        _check(where, key, said[key])
    isa = Isa[said["isa"].upper()]
    if isa > (most := CORES[said["cpu"]]):
        raise InvalidTarget(
            f"{where}: isa = {said['isa']!r} is more than {said['cpu']} has ({most.name.lower()})"
        )
    own = {key: OPTIONAL[key](where, said[key]) for key in OPTIONAL if key in said}
    target = Target(name=name, **said | own | {"isa": isa})
    _check_sizes(where, target)
    return target


def _parse_flash_timing(where: str, said: object) -> FlashTiming:
    place = f"{where}: flash_timing"
    own = checks.table(place, said, [field.name for field in fields(FlashTiming)])
    for key in ("wait_states", "branch_cycles"):
        checks.integer(place, key, own[key], 0)
    checks.text(place, "description", own["description"])
    for key in ("instruction_cache", "data_cache"):
        place = f"{where}: flash_timing.{key}"
        cache = checks.table(place, own[key], [field.name for field in fields(FlashCache)])
        for size, value in cache.items():
            checks.integer(place, size, value, 1)
        line, sector = cache["line_bytes"], cache["sector_bytes"]
        if sector & (sector - 1) or line % sector or line > 32 * sector:
            raise InvalidTarget(
                f"{place}: sector_bytes = {sector} must be a power of two, and line_bytes = {line} "
                "1 to 32 times it"
            )
        own[key] = FlashCache(**cache)
    return FlashTiming(**own)


def _parse_memory(where: str, said: object) -> tuple[Memory, ...]:
    place, found = f"{where}: memory", []
    for one in checks.tables(place, said):
        own = checks.table(place, one, ("name", "kind", "bytes"), may=("wait_states", "external"))
        checks.text(place, "name", own["name"])
        checks.text(place, "kind", own["kind"], MEMORY_KINDS)
        checks.integer(place, "bytes", own["bytes"], 1)
        checks.integer(place, "wait_states", own.get("wait_states", 0), 0)
        if not isinstance(own.get("external", False), bool):
            raise InvalidTarget(
                f"{place}: external = {own['external']!r} is neither true nor false"
            )
        found.append(Memory(**own))
    return tuple(found)


def _parse_aliases(where: str, said: object) -> tuple[str, ...]:
    return checks.texts(where, "aliases", said)


def _parse_source(where: str, said: object) -> dict[str, str]:
    place, keys = f"{where}: source", {"core", *(field.name for field in fields(Target))}
    if not isinstance(said, dict) or not said.keys() <= keys:
        raise InvalidTarget(f"{place}: must be a table with what the file says for its keys")
    return {key: checks.text(place, key, value) for key, value in said.items()}


# How what a file may leave out is read.
OPTIONAL = {
    "flash_timing": _parse_flash_timing,
    "aliases": _parse_aliases,
    "source": _parse_source,
    "memory": _parse_memory,
}


def _check_sizes(where: str, target: Target) -> None:
    """The budgets lie within the memories, where these are listed."""
    for key, kind in (("flash_kib", "flash"), ("ram_kib", "ram")):
        most = max((m.bytes for m in target.memory if m.kind == kind), default=0)
        if target.memory and getattr(target, key) * 1024 > most:
            raise InvalidTarget(
                f"{where}: {key} = {getattr(target, key)} is more than its largest memory of kind "
                f"{kind!r} has ({most:,} bytes)"
            )


def _check(where: str, key: str, value: object) -> None:
    """One value has its field's type, and is one of those allowed where they are few."""
    if key in ("flash_kib", "ram_kib", "clock_mhz"):
        checks.integer(where, key, value, 0 if key == "clock_mhz" else 1)
        return
    allowed = {
        "cpu": tuple(CORES),
        "float_abi": FLOAT_ABIS,
        "isa": tuple(isa.name.lower() for isa in Isa),
        "machine": ("", *machines()),
    }
    checks.text(where, key, value, allowed.get(key, ()))

"""What a firmware executes, block by block: QEMU with our profiler loaded into it.

The profiler (`plugin_c/`) is C against QEMU's plugin interface. It is built once with the host's compiler
and kept in the user's cache, under a name made of its source.
"""

import hashlib
import os
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from tinycompile.errors import MissingTool, PluginUnavailable, ProgramFailed, SimulationError
from tinycompile.simulate import image, qemu
from tinycompile.simulate.build import find_tool
from tinycompile.target import FlashCache, Target

SOURCE = Path(str(files("tinycompile.simulate.plugin_c")))
# Of the interface. What the profiler calls is alike in both; QEMU takes 1 up to its version 8, 2 from 9 on.
VERSIONS = (1, 2)


@dataclass(frozen=True)
class Block:
    """Straight-line code that was entered at `address`; only its end may branch."""

    address: int
    nbytes: int
    instructions: int
    times: int  # it was executed
    taken: int  # of these it was left by a branch


@dataclass(frozen=True)
class RowCounts:
    """What one row executed, and what its memory accesses met."""

    blocks: tuple[Block, ...]
    instruction_misses: int  # fetches that the flash's instruction cache did not have
    data_misses: int
    unaligned: int

    @property
    def instructions(self) -> int:
        return sum(block.times * block.instructions for block in self.blocks)


@dataclass(frozen=True)
class Counted:
    printed: str  # by the firmware
    function: RowCounts  # what the function spends itself, not in `rows`
    rows: tuple[RowCounts, ...]


def cache_folder() -> Path:
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "tinycompile"


def flags(version: int) -> tuple[str, ...]:
    always = ("-O2", "-std=c99", "-fPIC", "-shared", "-fvisibility=hidden")
    return (*always, f"-DQEMU_PLUGIN_VERSION={version}")


def find(version: int = VERSIONS[0]) -> Path:
    """The profiler as a shared library, built now if need be; PluginUnavailable when it cannot be."""
    sources = sorted(SOURCE.glob("*.[ch]"))
    text = b"".join(path.read_bytes() for path in sources)
    key = hashlib.sha256(
        text + " ".join((*flags(version), platform.platform())).encode()
    ).hexdigest()[:16]
    library = cache_folder() / f"profile-{key}.so"
    if library.exists():
        return library
    try:
        library.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:
            built = Path(folder) / library.name
            command = [
                find_tool("cc"),
                *flags(version),
                str(SOURCE / "profile.c"),
                "-o",
                str(built),
            ]
            subprocess.run(command, check=True, capture_output=True, text=True)
            built.replace(library)  # two processes may build at once
    except (MissingTool, OSError) as error:
        raise PluginUnavailable(f"the profiler cannot be built: {error}") from error
    except subprocess.CalledProcessError as error:
        reason = next(iter(error.stderr.splitlines()), f"cc ended with {error.returncode}")
        raise PluginUnavailable(f"the profiler cannot be built: {reason}") from error
    return library


def count(
    elf: Path,
    target: Target,
    function: str,
    rows: Sequence[str] = (),
    *,
    cwd: Path,
    timeout: float = 300.0,
) -> Counted:
    """Run `elf` in `cwd` and count one call of `function`, apart from it each of the functions `rows`.

    Nothing but that one call is counted. A row includes what it calls; rows do not call each other.
    Raises PluginUnavailable when QEMU cannot take the profiler.
    """
    layout = image.Layout.read(elf)
    output = elf.with_suffix(".profile").resolve()
    code = layout.functions[function]
    settings = [f"out={output}", f"run={code.start:x}:{code.stop:x}"]
    settings += [f"row={layout.functions[row].start:x}" for row in rows]
    if target.flash_timing:
        settings += [f"flash={region.start:x}:{region.stop:x}" for region in layout.flash]
        settings.append(f"icache={_cache(target.flash_timing.instruction_cache)}")
        settings.append(f"dcache={_cache(target.flash_timing.data_cache)}")
    for version in VERSIONS:
        words = ",".join(word.replace(",", ",,") for word in (str(find(version)), *settings))
        output.unlink(missing_ok=True)
        try:
            options = ["-plugin", words]
            printed = qemu.run(elf, target, cwd=cwd, timeout=timeout, options=options)
        except ProgramFailed as error:
            if "requires API version" in str(error) and version != VERSIONS[-1]:
                continue
            if "plugin" in str(error):
                raise PluginUnavailable(f"QEMU does not take the profiler: {error}") from error
            raise
        return _read(output, printed, function)
    raise AssertionError("the last version returns or raises")


def _cache(cache: FlashCache) -> str:
    return f"{cache.lines}:{cache.line_bytes}:{cache.sector_bytes}"


def _read(file: Path, printed: str, function: str) -> Counted:
    """The profiler's output, whose lines its source describes."""
    blocks: dict[int, tuple[int, int, int]] = {}
    executed: dict[int, list[Block]] = {}
    rows: list[RowCounts] = []
    for line in file.read_text().splitlines():
        what, *words = line.split()
        if what == "block":
            blocks[int(words[0])] = int(words[1], 16), int(words[2]), int(words[3])
            continue
        numbers = [int(word) for word in words]
        if what == "count":
            row, block, times, taken = numbers
            executed.setdefault(row, []).append(Block(*blocks[block], times, taken))
        elif what == "memory":
            done = sorted(executed.get(numbers[0], []), key=lambda block: block.address)
            rows.append(RowCounts(tuple(done), *numbers[1:]))
        elif what == "runs" and numbers != [1]:
            raise SimulationError(f"{function} returned {numbers[0]} times, expected once")
    return Counted(printed, rows[0], tuple(rows[1:]))

"""The profiler: counts that were made by hand, exact on every core, and what happens without it."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tinycompile.errors import PluginUnavailable, SimulationError
from tinycompile.simulate import instruction_clock, plugin, qemu
from tinycompile.simulate.build import FIRMWARE, WARNINGS, build_firmware
from tinycompile.target import Target

PROGRAM = Path(__file__).parent / "programs" / "countable.c"
ROWS = ["looping", "copying", "jumped_to"]
CORES = [f"cortex-m{core}" for core in ("0", "0plus", "3", "4", "7", "33", "55")]


def build(target: Target, folder: Path, *flags: str) -> Path:
    sources = [PROGRAM, FIRMWARE / "measure.c"]
    return build_firmware(sources, [], target, folder / "countable.elf", flags=flags)


@pytest.fixture(scope="module", params=CORES)
def target(request: pytest.FixtureRequest, arm_gcc: str, qemu: str) -> Target:
    return Target.load(request.param)


@pytest.fixture(scope="module")
def elf(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(target, tmp_path_factory.mktemp(target.name))


def test_a_known_loop_is_counted_to_the_instruction(
    elf: Path, target: Target, tmp_path: Path
) -> None:
    counted = plugin.count(elf, target, "countable", ROWS, cwd=tmp_path)
    assert [row.instructions for row in counted.rows] == [2001, 6, 7]
    assert counted.function.instructions == 9


def test_three_runs_count_the_same(elf: Path, target: Target, tmp_path: Path) -> None:
    first, *others = (plugin.count(elf, target, "countable", ROWS, cwd=tmp_path) for _ in range(3))
    assert others == [first, first]


def test_what_no_row_claims_is_the_functions_own(elf: Path, target: Target, tmp_path: Path) -> None:
    counted = plugin.count(elf, target, "countable", ["copying"], cwd=tmp_path)
    assert counted.function.instructions + counted.rows[0].instructions == 2023


def test_taken_branches(elf: Path, target: Target, tmp_path: Path) -> None:
    loop = plugin.count(elf, target, "countable", ROWS, cwd=tmp_path).rows[0]
    assert sum(block.taken for block in loop.blocks) == 1000  # 999 times back, and the return
    assert sum(block.times for block in loop.blocks) == 1001


def test_the_instruction_clock_agrees(target: Target, tmp_path: Path) -> None:
    elf = build(target, tmp_path, *instruction_clock.flags(target))
    printed = qemu.run(elf, target, cwd=tmp_path, options=instruction_clock.OPTIONS)
    ticks = int(printed.split()[-1])
    assert instruction_clock.instructions(ticks, target) == 2023


def test_the_stack_of_a_run(elf: Path, target: Target, tmp_path: Path) -> None:
    def stack(*arguments: str) -> int:
        return int(qemu.run(elf, target, cwd=tmp_path, arguments=arguments).split()[1])

    assert stack() == 8  # push {r4, lr}
    assert 1000 <= stack("deep") <= 1040


def test_flash_misses_are_counted_where_flash_is_slow(
    arm_gcc: str, qemu: str, tmp_path: Path
) -> None:
    fast, slow = (Target.load(name) for name in ("nrf52840", "cortex-m4"))
    elf = build(slow, tmp_path)
    (row, *_) = plugin.count(elf, slow, "countable", ["looping"], cwd=tmp_path).rows
    assert 1 <= row.instruction_misses <= 2  # 6 bytes: its 8-byte sector is read once
    whole = plugin.count(elf, slow, "countable", cwd=tmp_path).function
    assert (whole.data_misses, whole.unaligned) == (1, 0)  # 0x12345678; the words are in RAM
    assert plugin.count(elf, fast, "countable", cwd=tmp_path).function.instruction_misses == 0


def test_a_function_that_is_not_called_is_reported(arm_gcc: str, qemu: str, tmp_path: Path) -> None:
    target = Target.load("cortex-m4")
    with pytest.raises(SimulationError, match="^deep returned 0 times, expected once$"):
        plugin.count(build(target, tmp_path), target, "deep", cwd=tmp_path)


def test_it_is_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    library = plugin.find()
    assert library.parent == tmp_path / "tinycompile"
    built = library.stat().st_mtime_ns
    assert plugin.find() == library
    assert library.stat().st_mtime_ns == built
    assert [path.name for path in library.parent.iterdir()] == [library.name]


def test_without_a_host_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PluginUnavailable, match="^the profiler cannot be built: cc is not inst"):
        plugin.find()


def test_without_a_place_to_keep_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(PluginUnavailable, match="cannot be built: .*Not a directory"):
        plugin.find()


def test_when_the_compiler_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = tmp_path / "cc"
    compiler.write_text("#!/bin/sh\necho 'no such CPU' >&2\nexit 1\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(PluginUnavailable, match="cannot be built: no such CPU$"):
        plugin.find()


def test_when_qemu_does_not_load_it(
    arm_gcc: str, qemu: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target.load("cortex-m4")
    elf = build(target, tmp_path)
    broken = tmp_path / "broken.so"
    broken.write_text("no library")
    monkeypatch.setattr(plugin, "find", lambda version: broken)
    with pytest.raises(PluginUnavailable, match="QEMU does not take the profiler"):
        plugin.count(elf, target, "countable", cwd=tmp_path)


def test_the_sources_are_free_of_warnings(tmp_path: Path) -> None:
    for flags in map(plugin.flags, plugin.VERSIONS):
        strict = ["cc", *WARNINGS, *flags, str(plugin.SOURCE / "profile.c")]
        subprocess.run([*strict, "-o", str(tmp_path / "profile.so")], check=True)


def test_a_machine_without_a_known_timer_is_refused() -> None:
    target = replace(Target.load("cortex-m4"), name="chip", machine="")
    with pytest.raises(SimulationError, match="target chip names no QEMU machine that can count"):
        instruction_clock.flags(target)

"""A model's profile: rows that add up, the same figures every time, and one line for every bad end."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tinycompile import __main__ as cli
from tinycompile import pipeline
from tinycompile.errors import (
    ImageTooLarge,
    MissingTool,
    OutputError,
    PluginUnavailable,
    ProgramFault,
    ProgramHang,
    SimulationError,
)
from tinycompile.pipeline import Compiled
from tinycompile.simulate import build, plugin, profile_report
from tinycompile.simulate.profile import Profile, profile
from tinycompile.target import Target

MODEL = Path(__file__).parents[2] / "examples" / "digits" / "digits_int8.onnx"
CORES = [f"cortex-m{core}" for core in ("0", "3", "4", "7", "33", "55")]


@pytest.fixture(scope="module")
def digits(arm_gcc: str, qemu: str) -> Callable[[str], Compiled]:
    """The example for a target; compiled once, as all run the portable kernels."""
    compiled = pipeline.compile(MODEL, target="cortex-m4", kernels="portable")
    return lambda name: replace(compiled, target=Target.load(name))


def text(measured: Profile) -> str:
    console = Console(width=100, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
    console.print(profile_report.render(measured))
    return console.export_text()


@pytest.mark.parametrize("core", CORES)
def test_rows_add_up_and_the_clock_agrees(
    digits: Callable[[str], Compiled], core: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = digits(core)
    measured = profile(compiled)
    names = [layer.name for layer in compiled.program.layers]
    assert [row.name for row in measured.rows] == [*names, "digits_int8_run"]
    assert sum(row.instructions for row in measured.rows) == measured.instructions
    assert all(row.instructions > 10 for row in measured.rows)
    assert measured.cycles is not None
    assert sum(row.cycles.zero_wait for row in measured.rows if row.cycles) == (
        measured.cycles.zero_wait
    )

    def unavailable(version: int) -> Path:
        raise PluginUnavailable("the profiler cannot be built: no")

    monkeypatch.setattr(plugin, "find", unavailable)
    total = profile(compiled)
    assert total.instructions == measured.instructions
    assert total.stack_bytes == measured.stack_bytes
    assert (total.rows, total.cycles) == ((), None)
    assert total.notes == ("the profiler cannot be built: no; only the total is known",)
    assert f"Instructions: {total.instructions:,} in all." in text(total)


def test_three_profiles_are_the_same(digits: Callable[[str], Compiled]) -> None:
    first, *others = (profile(digits("cortex-m4")) for _ in range(3))
    assert others == [first, first]


def test_flash_makes_it_slower_where_its_timing_is_known(
    digits: Callable[[str], Compiled],
) -> None:
    known, unknown = profile(digits("cortex-m4")), profile(digits("nrf52840"))
    assert known.cycles and known.cycles.flash and unknown.cycles
    assert known.cycles.flash > known.cycles.zero_wait == unknown.cycles.zero_wait
    assert unknown.cycles.flash is None


def test_a_cpu_without_a_cost_table_is_counted_only(digits: Callable[[str], Compiled]) -> None:
    compiled = digits("cortex-m33")
    counted = profile(replace(compiled, target=replace(compiled.target, cpu="cortex-m35p")))
    assert counted.cycles is None
    assert counted.instructions > 0
    assert "no cycle model for cortex-m35p: instructions only" in text(counted)


def test_memory_of_the_profile(digits: Callable[[str], Compiled], tmp_path: Path) -> None:
    compiled = digits("cortex-m4")
    measured = profile(compiled, folder=tmp_path)
    assert measured.arena_bytes == compiled.memory.arena_bytes
    assert measured.stack_bytes is not None
    assert 32 <= measured.stack_bytes <= 2048
    constants = compiled.report["flash"]["constant_bytes"]
    # Told are 4 bytes for every field of a struct, of which some have 2.
    assert 0.9 * constants <= measured.flash_bytes["constants"] <= 1.05 * constants
    assert 500 <= measured.flash_bytes["code"] <= 20_000
    sections = sum(measured.flash_bytes.values())
    assert sections == build_size(tmp_path / "profile.elf")


def build_size(elf: Path) -> int:
    from tinycompile.simulate import size

    return size.sizes(elf).flash


def test_the_table_says_what_its_cycles_are_worth(digits: Callable[[str], Compiled]) -> None:
    m4, m7 = text(profile(digits("cortex-m4"))), text(profile(digits("cortex-m7")))
    assert "estimates of the cortex-m4 model: checked against hardware" in m4
    assert "with the flash of STM32L4R5, 120 MHz" in m4
    assert "estimates of the cortex-m7 model: not checked against hardware" in m7
    assert "digits_int8_run itself" in m4
    assert "100.0%" in m4


def test_json_has_every_figure(digits: Callable[[str], Compiled], tmp_path: Path) -> None:
    measured = profile(digits("cortex-m4"))
    profile_report.write_json(measured, tmp_path / "profile.json")
    data = json.loads((tmp_path / "profile.json").read_text())
    assert data["total"]["instructions"] == sum(row["instructions"] for row in data["rows"])
    for key in ("cycles_zero_wait", "cycles_flash", "macs"):
        assert data["total"][key] == sum(row[key] for row in data["rows"])
    cycles = data["total"]["cycles_flash"]
    assert data["total"]["milliseconds"]["flash"] == pytest.approx(cycles / 120_000)
    assert data["cycle_model"].startswith("checked against hardware")
    with pytest.raises(OutputError, match="cannot write .*: No such file"):
        profile_report.write_json(measured, tmp_path / "none" / "profile.json")


def test_the_command_line(
    arm_gcc: str, qemu: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(MODEL), "-o", str(tmp_path / "out"), "--profile-json", str(tmp_path / "p.json")]
    cli.command.main(words, standalone_mode=False)
    assert json.loads((tmp_path / "p.json").read_text())["model"] == "digits_int8"


def test_no_machine(digits: Callable[[str], Compiled]) -> None:
    with pytest.raises(SimulationError, match="^target host names no QEMU machine"):
        profile(digits("host"))


def test_no_cross_compiler(
    digits: Callable[[str], Compiled], monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin.find()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingTool, match="^arm-none-eabi-gcc is not installed; on Debian"):
        profile(digits("cortex-m4"))


def test_no_qemu(digits: Callable[[str], Compiled], monkeypatch: pytest.MonkeyPatch) -> None:
    found = build.find_tool

    def find_tool(name: str) -> str:
        return found("no-such-qemu" if name == "qemu-system-arm" else name)

    monkeypatch.setattr("tinycompile.simulate.qemu.find_tool", find_tool)
    with pytest.raises(MissingTool, match="^no-such-qemu is not installed"):
        profile(digits("cortex-m4"))


def spoil(compiled: Compiled, body: str) -> Compiled:
    """The first kernel of the library does something else."""
    kernel = compiled.program.layers[0].kernel.symbol
    source = compiled.files[f"{kernel}.c"]
    at = source.index("{", source.index(f"void {kernel}("))
    spoilt = f"{source[: at + 1]}\n    {body}\n{source[at + 1 :]}"
    return replace(compiled, files=compiled.files | {f"{kernel}.c": spoilt})


def test_a_fault_is_named_and_placed(digits: Callable[[str], Compiled]) -> None:
    compiled = spoil(digits("cortex-m4"), '__asm__ volatile("udf #0");')
    kernel = compiled.program.layers[0].kernel.symbol
    with pytest.raises(ProgramFault, match=rf"undefined instruction .* in {kernel}") as raised:
        profile(compiled)
    assert "\n" not in str(raised.value)


def test_an_image_too_large_for_the_machine(digits: Callable[[str], Compiled]) -> None:
    body = "static volatile char big[8 << 20]; big[0] = big[1];"
    with pytest.raises(ImageTooLarge, match="bytes more of RAM than mps2-an386 has") as raised:
        profile(spoil(digits("cortex-m4"), body))
    assert "\n" not in str(raised.value)


def test_a_hang_ends(digits: Callable[[str], Compiled]) -> None:
    compiled = spoil(digits("cortex-m4"), "for (volatile int i = 1; i;) { }")
    with pytest.raises(ProgramHang, match="profile.elf on mps2-an386 did not end within 2 s"):
        profile(compiled, timeout=2)

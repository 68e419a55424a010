"""Fault reports as the firmware prints them, read back without a simulator."""

from pathlib import Path

import pytest

from tinycompile.simulate.faults import describe_fault

NO_ELF = Path("none.elf")


def report(cfsr: int, **fields: int) -> str:
    values = {"cfsr": cfsr, "hfsr": 0x40000000, "mmfar": 0x11, "bfar": 0x22} | fields
    return "".join(f" {name}={value:08x}" for name, value in values.items())


@pytest.mark.parametrize(
    ("cfsr", "words"),
    [
        (1 << 0, "ran into memory that holds no code (IACCVIOL)"),
        (1 << 9 | 1 << 15, "access to memory that is not there (PRECISERR), address 0x00000022"),
        (1 << 1 | 1 << 7, "(DACCVIOL), address 0x00000011"),
        (1 << 10, "an earlier access to memory that is not there (IMPRECISERR)"),
        (1 << 19, "FPU or vector instruction on a core without (NOCP)"),
        (1 << 24, "unaligned access (UNALIGNED)"),
        (1 << 1 | 1 << 4, "the stack overflowed (MSTKERR)"),
        (0, "fault with CFSR 0x00000000, HFSR 0x40000000"),
    ],
)
def test_a_status_in_words(cfsr: int, words: str) -> None:
    assert describe_fault(report(cfsr), NO_ELF).endswith(words)


def test_the_place_is_an_address_without_a_cross_toolchain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    words = describe_fault(report(1 << 16, pc=0x1234, lr=0), NO_ELF)
    assert words == "undefined instruction (UNDEFINSTR), at 0x00001234"


def test_a_place_outside_the_program_is_an_address(arm_gcc: str, tmp_path: Path) -> None:
    from tinycompile.simulate.build import build_firmware
    from tinycompile.target import Target

    source = Path(__file__).parent / "programs" / "echo.c"
    elf = build_firmware([source], [], Target.load("cortex-m4"), tmp_path / "echo.elf")
    words = describe_fault(report(1, pc=0x0F000000), elf)
    assert words.endswith("(IACCVIOL), at 0x0f000000")

"""tc_dsp.h: each function is what its instruction is defined as, in every form and on every core."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tinycompile.runtime_c import FOLDER
from tinycompile.simulate.build import build_firmware, build_host
from tinycompile.simulate.qemu import run
from tinycompile.target import Target

SOURCE = Path(__file__).parent / "instructions.c"
INCLUDES = [FOLDER, FOLDER / "dsp", FOLDER / "shared"]
FORMS = [(core, flags) for core in ("4", "7", "33") for flags in ((), ("-DTC_NO_ASM",))]


def signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (value >> (bits - 1) << bits)


def halves(word: int) -> list[int]:
    return [signed(word >> shift, 16) for shift in (0, 16)]


def octets(word: int) -> list[int]:
    return [signed(word >> shift, 8) for shift in (0, 8, 16, 24)]


def pack(bits: int, *values: int) -> int:
    """The lowest first; each wraps."""
    return sum((value & ((1 << bits) - 1)) << bits * i for i, value in enumerate(values))


def pairwise(a: int, b: int, c: int) -> int:
    return c + sum(x * y for x, y in zip(halves(a), halves(b), strict=True))


def wide(a: int, b: int, c: int) -> int:
    return pairwise(a, b, signed(c << 32 | b, 64))


def saturated(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)


DEFINITIONS: dict[str, Callable[[int, int, int], int]] = {
    "load32": lambda a, b, c: a,
    "ror8": lambda a, b, c: pack(8, *octets(a)[1:], octets(a)[0]),
    "pkhbt": lambda a, b, c: pack(16, halves(a)[0], halves(b)[0]),
    "pkhtb": lambda a, b, c: pack(16, halves(a)[1], halves(b)[1]),
    "uxtb16": lambda a, b, c: pack(16, *(x & 255 for x in octets(a)[0::2])),
    "sxtb16": lambda a, b, c: pack(16, *octets(a)[0::2]),
    "sxtb16_ror8": lambda a, b, c: pack(16, *octets(a)[1::2]),
    "sadd16": lambda a, b, c: pack(16, *(x + y for x, y in zip(halves(a), halves(b), strict=True))),
    "ssub16": lambda a, b, c: pack(16, *(x - y for x, y in zip(halves(a), halves(b), strict=True))),
    "sxtab16": lambda a, b, c: pack(16, halves(a)[0] + octets(b)[0], halves(a)[1] + octets(b)[2]),
    "sxtab16_ror8": lambda a, b, c: pack(
        16, halves(a)[0] + octets(b)[1], halves(a)[1] + octets(b)[3]
    ),
    "max8": lambda a, b, c: pack(8, *map(max, octets(a), octets(b))),
    "min8": lambda a, b, c: pack(8, *map(min, octets(a), octets(b))),
    "max16": lambda a, b, c: pack(16, *map(max, halves(a), halves(b))),
    "min16": lambda a, b, c: pack(16, *map(min, halves(a), halves(b))),
    "smlabb": lambda a, b, c: c + halves(a)[0] * halves(b)[0],
    "smlabt": lambda a, b, c: c + halves(a)[0] * halves(b)[1],
    "smlatb": lambda a, b, c: c + halves(a)[1] * halves(b)[0],
    "smlatt": lambda a, b, c: c + halves(a)[1] * halves(b)[1],
    "smlad": pairwise,
    "smlsdx": lambda a, b, c: c + halves(a)[0] * halves(b)[1] - halves(a)[1] * halves(b)[0],
    "smlald_low": wide,
    "smlald_high": lambda a, b, c: wide(a, b, c) >> 32,
    "smlawb": lambda a, b, c: c + (signed(a, 32) * halves(b)[0] >> 16),
    "smlawt": lambda a, b, c: c + (signed(a, 32) * halves(b)[1] >> 16),
    "smmla": lambda a, b, c: c + (signed(a, 32) * signed(b, 32) >> 32),
    "smmlar": lambda a, b, c: c + (signed(a, 32) * signed(b, 32) + (1 << 31) >> 32),
    "smmlsr": lambda a, b, c: c + (-signed(a, 32) * signed(b, 32) + (1 << 31) >> 32),
    "ssat": lambda a, b, c: saturated(signed(a, 32), -128, 127),
    "ssat_shifted": lambda a, b, c: saturated(signed(a, 32) >> 20, -128, 127),
    "ssat_to_16": lambda a, b, c: saturated(signed(a, 32), -32768, 32767),
    "usat": lambda a, b, c: saturated(signed(a, 32), 0, 255),
}


@pytest.fixture(scope="module")
def on_the_host(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("host")
    program = build_host([SOURCE], INCLUDES, folder / "program", sanitize=True)
    return run(program, Target.load("host"), cwd=folder)


def test_the_emulation_is_the_definition(on_the_host: str) -> None:
    lines = [line.split() for line in on_the_host.splitlines()]
    assert {name for name, *_ in lines} == DEFINITIONS.keys()
    for name, *words in lines:
        a, b, c, result = (int(word, 16) for word in words)
        assert DEFINITIONS[name](a, b, c) & 0xFFFFFFFF == result, (name, words)


@pytest.mark.parametrize(("core", "flags"), FORMS)
def test_every_core_computes_what_the_host_does(
    on_the_host: str, core: str, flags: tuple[str, ...], arm_gcc: str, qemu: str, tmp_path: Path
) -> None:
    target = Target.load(f"cortex-m{core}")
    elf = build_firmware([SOURCE], INCLUDES, target, tmp_path / "firmware.elf", flags=flags)
    assert run(elf, target, cwd=tmp_path) == on_the_host

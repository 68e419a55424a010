"""What a target file may say; every shipped one is real, and every mistake is named."""

import os
import subprocess
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tinycompile.errors import InvalidTarget, UnknownTarget
from tinycompile.target import (
    CORES,
    FlashCache,
    FlashTiming,
    Isa,
    Memory,
    Target,
    machines,
    names,
)

ROOT = Path(__file__).parents[2]
WHOLE = {
    "description": '"A chip"',
    "cpu": '"cortex-m4"',
    "fpu": '"fpv4-sp-d16"',
    "float_abi": '"hard"',
    "isa": '"dsp"',
    "flash_kib": "512",
    "ram_kib": "128",
    "clock_mhz": "100",
    "machine": '"mps2-an386"',
}


def write(folder: Path, said: dict[str, str]) -> str:
    path = folder / "chip.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in said.items()))
    return str(path)


def test_the_shipped_targets() -> None:
    cores = {f"cortex-m{core}" for core in ("0", "0plus", "3", "4", "7", "33", "55", "85")}
    chips = {"stm32f446", "nrf52840", "rp2040", "stm32h743"}
    assert cores | chips | {"host"} <= set(names())
    assert {file.stem for file in (ROOT / "targets").glob("*.toml")} == set(names())


@pytest.mark.parametrize("name", names())
def test_every_shipped_target_loads(name: str) -> None:
    target = Target.load(name)
    assert target.name == name
    assert target.description
    assert target.is_host == (not target.cflags) == (not target.machine) == (name == "host")
    assert target.machine in ("", *machines())


@pytest.mark.parametrize("name", [name for name in names() if name != "host"])
def test_gcc_grants_each_target_its_isa_and_fpu(name: str, arm_gcc: str) -> None:
    target = Target.load(name)
    command = [arm_gcc, *target.cflags, "-dM", "-E", "-x", "c", os.devnull]
    macros = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert ("__ARM_FEATURE_DSP 1" in macros) == (target.isa >= Isa.DSP)
    assert ("__ARM_FEATURE_MVE 3" in macros) == (target.isa >= Isa.MVE)
    assert ("__ARM_FP " in macros) == (target.float_abi == "hard")


def test_isa_levels_are_ordered() -> None:
    assert Isa.SCALAR < Isa.DSP < Isa.MVE


def test_a_core_has_what_the_c_compiler_must_know() -> None:
    assert replace(Target.load("cortex-m4"), flash_timing=None, aliases=()) == Target(
        name="cortex-m4",
        description="Cortex-M4F: DSP instructions, single-precision FPU",
        cpu="cortex-m4",
        fpu="fpv4-sp-d16",
        float_abi="hard",
        isa=Isa.DSP,
        flash_kib=1024,
        ram_kib=256,
        clock_mhz=120,
        machine="mps2-an386",
    )
    assert Target.load("cortex-m4").cflags == [
        "-mcpu=cortex-m4",
        "-mthumb",
        "-mfloat-abi=hard",
        "-mfpu=fpv4-sp-d16",
    ]
    assert Target.load("cortex-m0").cflags == ["-mcpu=cortex-m0", "-mthumb", "-mfloat-abi=soft"]


def test_a_chip_is_its_core_but_for_memory_and_clock() -> None:
    chip, core = Target.load("stm32f446"), Target.load("cortex-m4")
    own = {
        "name",
        "description",
        "flash_kib",
        "ram_kib",
        "clock_mhz",
        "memory",
        "flash_timing",
        "aliases",
    }
    assert replace(chip, **{key: getattr(core, key) for key in own}) == core
    assert (chip.flash_kib, chip.ram_kib, chip.clock_mhz) == (512, 128, 180)


def test_a_users_own_file(tmp_path: Path) -> None:
    target = Target.load(write(tmp_path, WHOLE))
    assert (target.name, target.isa, target.ram_kib) == ("chip", Isa.DSP, 128)
    derived = Target.load(write(tmp_path, {"core": '"rp2040"', "ram_kib": "16"}))
    assert derived == replace(Target.load("rp2040"), name="chip", ram_kib=16, memory=(), aliases=())


TIMING = (
    '{ description = "slow", wait_states = 3, branch_cycles = 2,'
    " instruction_cache = { lines = 4, line_bytes = 32, sector_bytes = 8 },"
    " data_cache = { lines = 1, line_bytes = 16, sector_bytes = 16 } }"
)


def test_flash_timing_is_a_chips_own(tmp_path: Path) -> None:
    assert Target.load("cortex-m4").flash_timing is not None
    assert Target.load(write(tmp_path, {"core": '"cortex-m4"'})).flash_timing is None
    assert Target.load(
        write(tmp_path, WHOLE | {"flash_timing": TIMING})
    ).flash_timing == FlashTiming(
        description="slow",
        wait_states=3,
        branch_cycles=2,
        instruction_cache=FlashCache(lines=4, line_bytes=32, sector_bytes=8),
        data_cache=FlashCache(lines=1, line_bytes=16, sector_bytes=16),
    )


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        (
            "wait_states = 3,",
            "",
            "flash_timing: must be a table of exactly description, wait_states",
        ),
        (
            "wait_states = 3",
            "wait_states = -1",
            "flash_timing: wait_states = -1 is no integer from 0",
        ),
        ('"slow"', "1", "flash_timing: description = 1 is no string"),
        (
            "lines = 4",
            "lines = 0",
            r"flash_timing.instruction_cache: lines = 0 is no integer from 1",
        ),
        ("= 8 }", "= 7 }", "sector_bytes = 7 must be a power of two"),
        ("line_bytes = 32", "line_bytes = 512", "line_bytes = 512 1 to 32 times it"),
    ],
)
def test_a_mistake_in_flash_timing_is_named(
    tmp_path: Path, right: str, wrong: str, words: str
) -> None:
    assert right in TIMING
    said = WHOLE | {"flash_timing": TIMING.replace(right, wrong)}
    with pytest.raises(InvalidTarget, match=rf"chip.toml: .*{words}"):
        Target.load(write(tmp_path, said))


MEMORY = (
    '[{ name = "sram", kind = "ram", bytes = 131072, wait_states = 0 },'
    ' { name = "f", kind = "flash", bytes = 524288 }]'
)


def test_memories_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    target = Target.load(write(tmp_path, WHOLE | {"memory": MEMORY}))
    assert target.memory == (
        Memory(name="sram", kind="ram", bytes=131072, wait_states=0),
        Memory(name="f", kind="flash", bytes=524288),
    )


def test_who_says_another_size_has_other_memories(tmp_path: Path) -> None:
    assert Target.load(write(tmp_path, {"core": '"stm32h743"', "clock_mhz": "400"})).memory
    assert not Target.load(write(tmp_path, {"core": '"stm32h743"', "ram_kib": "256"})).memory
    with pytest.raises(InvalidTarget, match="missing flash_kib, ram_kib; say them"):
        Target.load(write(tmp_path, {"core": '"stm32h743"', "memory": MEMORY}))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("memory", "[]", r"chip.toml: memory must be tables, \[\[memory\]\] before each"),
        (
            "memory",
            "[{ name = 'x', kind = 'ram' }]",
            "memory: must be a table of exactly name, kind",
        ),
        ("memory", MEMORY.replace('"ram"', '"tcm"'), r"kind = 'tcm' \(allowed: flash, ram, code\)"),
        ("memory", MEMORY.replace("= 131072", "= -1"), "memory: bytes = -1 is no integer from 1"),
        ("memory", MEMORY.replace("states = 0", "states = -1"), "wait_states = -1 is no integer"),
        ("memory", MEMORY.replace("wait_states = 0", "external = 1"), "external = 1 is neither"),
        ("memory", MEMORY.replace('"sram"', "1"), "memory: name = 1 is no string"),
        ("memory", MEMORY.replace("131072", "65536"), "ram_kib = 128 is more than its largest mem"),
        ("aliases", '"board"', "aliases = 'board' is no list of strings"),
        ("aliases", "[1]", "aliases = 1 is no string"),
        (
            "source",
            '{ flash = "x" }',
            "source: must be a table with what the file says for its keys",
        ),
        ("source", "{ memory = 1 }", "source: memory = 1 is no string"),
    ],
)
def test_a_mistake_in_what_a_chip_adds_is_named(
    tmp_path: Path, key: str, value: str, words: str
) -> None:
    with pytest.raises(InvalidTarget, match=words):
        Target.load(write(tmp_path, WHOLE | {key: value}))


def test_a_core_may_lack_its_optional_extension(tmp_path: Path) -> None:
    no_dsp = {"core": '"cortex-m33"', "isa": '"scalar"', "fpu": '""', "float_abi": '"soft"'}
    assert Target.load(write(tmp_path, no_dsp)).isa is Isa.SCALAR


def test_a_path_to_nothing_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownTarget, match=r"^no target file '.*none.toml' \(--list "):
        Target.load(str(tmp_path / "none.toml"))


CPUS = ", ".join(CORES)
MISTAKES = {
    "unknown key": ({"flash": "5"}, r"unknown key flash \(allowed: core, description, cpu, fpu"),
    "a name": ({"name": '"x"'}, r"unknown key name \("),
    "cpu": ({"cpu": '"cortex-m5"'}, rf"cpu = 'cortex-m5' \(allowed: {CPUS}\)"),
    "abi": ({"float_abi": '"softfp"'}, r"float_abi = 'softfp' \(allowed: soft, hard\)"),
    "isa": ({"isa": '"neon"'}, r"isa = 'neon' \(allowed: scalar, dsp, mve\)"),
    "isa's case": ({"isa": '"DSP"'}, r"isa = 'DSP' \(allowed"),
    "machine": ({"machine": '"microbit"'}, r"machine = 'microbit' \(allowed: \"\", mps2-an385, .*"),
    "isa beyond core": ({"isa": '"mve"'}, r"isa = 'mve' is more than cortex-m4 has \(dsp\)"),
    "text for number": ({"ram_kib": '"64"'}, r"ram_kib = '64' is no integer from 1 up"),
    "truth for number": ({"ram_kib": "true"}, r"ram_kib = True is no integer"),
    "fraction": ({"flash_kib": "0.5"}, r"flash_kib = 0.5 is no integer"),
    "nothing": ({"ram_kib": "0"}, r"ram_kib = 0 is no integer from 1 up"),
    "negative": ({"clock_mhz": "-1"}, r"clock_mhz = -1 is no integer from 0 up"),
    "number for text": ({"cpu": "4"}, r"cpu = 4 is no string"),
    "core": ({"core": '"cortex-m5"'}, r"core = 'cortex-m5' is no target \(--list targets"),
    "core of no text": ({"core": "5"}, r"core = 5 is no target"),
    "no TOML": ({"cpu": "cortex-m4"}, r"not TOML: "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_names_the_file_and_what_is_allowed(tmp_path: Path, mistake: str) -> None:
    said, words = MISTAKES[mistake]
    with pytest.raises(InvalidTarget, match=rf"chip.toml: {words}") as raised:
        Target.load(write(tmp_path, WHOLE | said))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("key", WHOLE)
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    said = {other: value for other, value in WHOLE.items() if other != key}
    with pytest.raises(InvalidTarget, match=rf"chip.toml: missing {key}; say them, or a core$"):
        Target.load(write(tmp_path, said))


def test_a_file_in_another_encoding_is_no_toml(tmp_path: Path) -> None:
    path = tmp_path / "chip.toml"
    path.write_bytes(b'description = "\xff"\n')
    with pytest.raises(InvalidTarget, match="chip.toml: not TOML"):
        Target.load(str(path))


def test_the_fields_here_are_all_there_are() -> None:
    assert set(WHOLE) | {"name", "flash_timing", "memory", "aliases", "source"} == {
        field.name for field in fields(Target)
    }

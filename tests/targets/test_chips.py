"""The shipped chips: all of each is said, with its source, and each is found by whatever it is called."""

import tomllib
from pathlib import Path

import pytest

from tinycompile import target_files
from tinycompile.errors import UnknownTarget
from tinycompile.target import Target, names

ROOT = Path(__file__).parents[2]
CHIPS = [name for name in names() if not name.startswith(("cortex-", "host"))]


@pytest.mark.parametrize("name", CHIPS)
def test_a_shipped_chip_says_all_its_memory_and_where_its_figures_are_from(name: str) -> None:
    said = tomllib.loads((ROOT / "targets" / f"{name}.toml").read_text())
    target = Target.load(name)
    assert not said.keys() & {"cpu", "fpu", "float_abi", "isa", "machine"}  # its core's
    assert target.source.keys() >= {"core", "memory", "clock_mhz"}
    assert all(target.source.values())
    for kind, budget in (("flash", target.flash_kib), ("ram", target.ram_kib)):
        assert budget * 1024 == max(m.bytes for m in target.memory if m.kind == kind)


def test_no_two_shipped_targets_are_called_the_same() -> None:
    called = [target_files.plain(a) for n in names() for a in (n, *Target.load(n).aliases)]
    assert sorted(called) == sorted(set(called))


def test_the_common_boards_are_known() -> None:
    boards = (
        "arduino-nano-33-ble", "rp2040", "rp2350", "stm32f072", "stm32f446", "stm32f746", "stm32h743",
        "stm32l476", "stm32u575", "nrf52840", "nrf5340", "nrf54l15", "samd21", "samd51", "apollo4", "ra8m1",
        "imxrt1060", "max78000",
    )  # fmt: skip
    assert {Target.load(board).name for board in boards} <= set(CHIPS)


def test_a_chip_is_found_by_whatever_it_is_called() -> None:
    called = {
        "STM32F446": "stm32f446",
        "STM32F446RE": "stm32f446",
        "stm32f446ret6": "stm32f446",  # the whole order code
        "Nucleo F446RE": "stm32f446",
        "cortex-m4f": "cortex-m4",
        "Cortex-M0+": "cortex-m0plus",
        "CORTEX_M0": "cortex-m0",
        "M7": "cortex-m7",
        "Arduino Nano 33 BLE Sense": "nrf52840",
        "raspberry_pi_pico": "rp2040",
        "Raspberry Pi Pico 2 W": "rp2350",
    }
    assert {name: Target.load(name).name for name in called} == called


def test_a_targets_own_name_comes_before_what_another_is_called(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text('core = "rp2040"\naliases = ["ONE", "two"]\n')
    more = target_files.in_folder(tmp_path)
    assert [Target.load(name, more).name for name in ("One", "Two")] == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cortexm44", r"did you mean 'cortex-m4'"),
        ("stm32f4", "did you mean .*'stm32f411' or 'stm32f407'"),
        ("stm32f446rc", "did you mean 'stm32f446'"),
        ("nucleo-f446", "did you mean 'stm32f446'"),
        ("cortex-m5", r"'cortex-m55'\? \(--list targets shows all \d\d\)$"),
        ("zzz", r"^unknown target 'zzz' \(--list"),
        ("../targets/host", r"^unknown target '\.\./targets/host'"),
    ],
)
def test_an_unknown_name_brings_the_nearest_and_the_list(name: str, hint: str) -> None:
    with pytest.raises(UnknownTarget, match=hint):
        Target.load(name)

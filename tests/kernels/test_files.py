"""What a kernel puts into a library: its C file, and what that includes, from wherever it lies."""

from dataclasses import replace
from pathlib import Path

import pytest

from tinycompile.kernels.portable.s8.conv2d_s8 import KERNEL
from tinycompile.runtime_c import FOLDER
from tinycompile.simulate.build import compile_objects
from tinycompile.simulate.size import open_elf
from tinycompile.target import Target


def test_a_kernel_has_the_headers_that_it_includes_and_those_that_they_do() -> None:
    assert set(KERNEL.files()) == {
        "tc_conv2d_s8.c",
        "tc_conv2d_s8.h",
        "tc_dot.h",
        "tc_inline.h",
        "tc_requantize.h",
        "tc_window.h",
        "tinycompile.h",
    }


def test_a_kernel_from_outside_has_a_folder_of_its_own_and_may_include_what_is_ours(
    tmp_path: Path,
) -> None:
    (tmp_path / "tc_mine_s8.c").write_text('#include "tc_mine_s8.h"\n#include "tc_requantize.h"\n')
    (tmp_path / "tc_mine_s8.h").write_text("/* mine */\n")
    files = replace(KERNEL, symbol="tc_mine_s8", folder=tmp_path).files()
    assert set(files) == {"tc_mine_s8.c", "tc_mine_s8.h", "tc_requantize.h"}
    assert files["tc_mine_s8.h"] == "/* mine */\n"


@pytest.mark.parametrize(
    ("core", "families"),
    [("cortex-m0", ["portable", "shared"]), ("cortex-m55", ["portable", "dsp", "mve"])],
)
def test_all_code_of_every_kernel_lies_where_the_firmware_says(
    core: str, families: list[str], arm_gcc: str, tmp_path: Path
) -> None:
    """Also that of functions which the compiler does not inline. CMSIS-NN is not ours to place."""
    target, place = Target.load(core), '-DTC_CODE=__attribute__((section(".itcm")))'
    sources = sorted(path for family in families for path in (FOLDER / family).rglob("*.c"))
    headers = sorted({path.parent for path in FOLDER.rglob("*.h")})
    flags = ["-O2", *target.cflags, place]
    units = compile_objects(sources, headers, tmp_path, compiler=arm_gcc, flags=flags)
    assert len(units) > 60
    assert {unit.stem: left for unit in units if (left := text_sections(unit))} == {}


def text_sections(unit: Path) -> list[str]:
    with open_elf(unit) as elf:
        sections = [s.name for s in elf.iter_sections() if s["sh_size"]]
    assert ".itcm" in sections
    return [name for name in sections if name.startswith(".text")]


def test_a_kernel_without_its_c_file_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match=r"tc_mine_s8\.c"):
        replace(KERNEL, symbol="tc_mine_s8", folder=tmp_path).files()

"""What a kernel puts into a library: its C file, and what that includes, from wherever it lies."""

from dataclasses import replace
from pathlib import Path

import pytest

from tinycompile.kernels.portable.s8.conv2d_s8 import KERNEL


def test_a_kernel_has_the_headers_that_it_includes_and_those_that_they_do() -> None:
    assert set(KERNEL.files()) == {
        "tc_conv2d_s8.c",
        "tc_conv2d_s8.h",
        "tc_dot.h",
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


def test_a_kernel_without_its_c_file_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match=r"tc_mine_s8\.c"):
        replace(KERNEL, symbol="tc_mine_s8", folder=tmp_path).files()

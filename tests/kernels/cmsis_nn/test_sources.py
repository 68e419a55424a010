"""Finding CMSIS-NN, its version, and exactly the files that a function needs."""

import os
from pathlib import Path

import pytest

from tests.kernels.cmsis_nn.conftest import fake_copy
from tinycompile import cmsis_nn
from tinycompile.cmsis_nn import CORE_FOLDER, FOLDER, CmsisNN
from tinycompile.codegen.folder import fill
from tinycompile.errors import InvalidCmsisNN
from tinycompile.simulate import build
from tinycompile.simulate.size import undefined_symbols
from tinycompile.target import Target

LICENCE = f"{FOLDER}/LICENSE.txt"
CONVOLUTION = "arm_convolve_wrapper_s8"


@pytest.mark.parametrize(
    ("revision", "version"),
    [
        ("V.11.3.0", (4, 1)),
        ("V.12.4.0", (5, 0)),
        ("V.16.0.0", (6, 0)),
        ("V.17.0.0", (6, 0)),
        ("V.18.0.0", (7, 0)),
        ("V.25.1.0", (7, 0)),
    ],
)
def test_the_header_tells_the_version(
    revision: str, version: tuple[int, int], tmp_path: Path
) -> None:
    found = cmsis_nn.find(fake_copy(tmp_path, revision))
    assert found is not None and found.version == version


def test_version_4_0_takes_the_core_headers_beside_it(tmp_path: Path) -> None:
    folder = fake_copy(tmp_path / "NN", "V.11.2.0")
    core = tmp_path / "Core" / "Include"
    fill(core, {"cmsis_compiler.h": ""})
    found = cmsis_nn.find(folder)
    assert found is not None and (found.version, found.core) == ((4, 0), core)


def test_version_4_0_without_core_headers_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cmsis_nn, "_bakenn", lambda: None)
    with pytest.raises(InvalidCmsisNN, match=r"needs CMSIS-Core's cmsis_compiler\.h"):
        cmsis_nn.find(fake_copy(tmp_path, "V.11.2.0"))


def test_an_older_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidCmsisNN, match="older than 4.0"):
        cmsis_nn.find(fake_copy(tmp_path, "V.3.1.0"))


@pytest.mark.parametrize("missing", ["Include/arm_nnfunctions.h", "Source"])
def test_a_folder_that_is_not_cmsis_nn_is_refused_in_one_line(missing: str, tmp_path: Path) -> None:
    if missing == "Source":
        fill(tmp_path, {"Include/arm_nnfunctions.h": ""})
    with pytest.raises(InvalidCmsisNN, match=f"is not CMSIS-NN: it has no {missing}") as error:
        cmsis_nn.find(tmp_path)
    assert "\n" not in str(error.value)


def test_the_option_wins_over_the_variable_and_that_over_bakenn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = fake_copy(tmp_path / "1"), fake_copy(tmp_path / "2")
    monkeypatch.setenv(cmsis_nn.VARIABLE, str(second))
    by_option, by_variable = cmsis_nn.find(first), cmsis_nn.find(None)
    assert by_option is not None and by_option.root == first
    assert by_variable is not None and by_variable.root == second
    monkeypatch.delenv(cmsis_nn.VARIABLE)
    monkeypatch.setattr(cmsis_nn, "_bakenn", lambda: None)
    assert cmsis_nn.find(None) is None


def test_files_are_those_that_calls_tables_and_includes_lead_to(tmp_path: Path) -> None:
    folder = fake_copy(
        tmp_path,
        a='#include "arm_nnfunctions.h"\nint arm_a(int x)\n{\n    return arm_b(x) + table[x];\n}\n',
        b="static int arm_c(void)\n{\n    return 1;\n}\nint arm_b(int x)\n{\n    return arm_c();\n}\n",
        c="int arm_c(void)\n{\n    return 2;\n}\n",
        d="/* arm_a */\nint arm_d(void)\n{\n    return 3;\n}\n",
        t="const int table[2] = {1, 2};\n",
    )
    copy = cmsis_nn.find(folder)
    assert copy is not None
    assert copy.functions >= {"arm_a", "arm_b", "arm_c", "arm_d"}
    headers = [f"{FOLDER}/Include/arm_nn_types.h", f"{FOLDER}/Include/arm_nnfunctions.h", LICENCE]
    # c is there because b names its function: which one is meant only a compiler could tell.
    sources = [f"{FOLDER}/Source/{name}.c" for name in "abct"]
    assert list(copy.files(["arm_a"])) == [*headers, *sources]


def test_a_copy_without_a_licence_is_refused(tmp_path: Path) -> None:
    (fake_copy(tmp_path, a="int arm_a(void)\n{\n    return 1;\n}\n") / "LICENSE").unlink()
    copy = cmsis_nn.find(tmp_path)
    assert copy is not None
    with pytest.raises(InvalidCmsisNN, match=r"no LICENSE or LICENSE\.txt"):
        copy.files(["arm_a"])


def test_the_files_compile_and_need_nothing_else(
    copy: CmsisNN, tmp_path: Path, arm_gcc: str
) -> None:
    files = copy.files([CONVOLUTION, "arm_fully_connected_s8"])
    fill(tmp_path, files)
    assert "Apache License" in files[LICENCE]
    assert (f"{CORE_FOLDER}/LICENSE.txt" in files) == (copy.version == (4, 0))
    sources = sorted(tmp_path.rglob("*.c"))
    objects = build.compile_objects(
        sources,
        [tmp_path],
        tmp_path / "objects",
        compiler=arm_gcc,
        flags=["-O0", *Target.load("cortex-m4").cflags],
    )
    assert len(objects) == len(sources) >= 8
    brought = {path.stem for path in sources}
    missing = {name for path in objects for name in undefined_symbols(path) if "arm_" in name}
    assert {name for name in missing if copy._files[name].stem not in brought} == set()


def test_this_test_run_has_a_copy(any_copy: CmsisNN) -> None:
    assert any_copy.version == (4, 0)
    assert CONVOLUTION in any_copy.functions
    assert os.environ.get(cmsis_nn.VARIABLE) is None

"""Nothing is half there: files, kernels, constraints and passes have each other and their tests."""

import ast
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.tripped import name
from tinycompile.codegen.folder import fill
from tinycompile.kernel import TYPES, Kernel
from tinycompile.kernels import cmsis_nn, dsp, mve, portable
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.runtime_c import FOLDER
from tinycompile.target import Isa

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tinycompile" / "kernels"
KERNELS = portable.kernels()
SYMBOLS = [kernel.symbol for kernel in KERNELS]
PRIVATE = {  # beside the kernels that they are for
    "tc_dsp",
    "tc_dsp_clamp",
    "tc_rows",
    "tc_dsp_copy",
    "tc_dsp_dense",
    "tc_dsp_dots",
    "tc_dsp_extremes",
    "tc_dsp_filters",
    "tc_dsp_planes",
    "tc_dsp_sums",
    "tc_dsp_taps",
    "tc_dsp_image",
    "tc_dsp_pairs",
    "tc_dsp_pool",
    "tc_dsp_patches",
    "tc_dsp_run",
    "tc_dsp_vector",
    "tc_dsp_widen",
    "tc_dsp_words",
    "tc_dsp_run_s16",
    "tc_dsp_lanes_s16",
    "tc_dsp_leave_s16",
    "tc_dsp_tiles",
    "tc_mve",
    "tc_mve_channel",
    "tc_mve_conv2d_fields",
    "tc_mve_convolution",
    "tc_mve_dense",
    "tc_mve_dense_s16",
    "tc_mve_dense_s4",
    "tc_mve_dense_s8",
    "tc_mve_divisor",
    "tc_mve_dots",
    "tc_mve_in_c",
    "tc_mve_in_c_f32",
    "tc_mve_in_c_lanes",
    "tc_mve_in_c_narrow",
    "tc_mve_in_c_s16",
    "tc_mve_in_c_s4",
    "tc_mve_fully_connected_fields",
    "tc_mve_groups",
    "tc_mve_leave_s16",
    "tc_mve_pairs",
    "tc_mve_patches",
    "tc_mve_pool",
    "tc_mve_products_s8",
    "tc_mve_requantize",
    "tc_mve_sigmoid",
    "tc_mve_strip",
    "tc_mve_sums_s8",
    "tc_mve_svdf",
    "tc_mve_walk",
    "tc_mve_widen",
}
OURS = [*dsp.kernels(), *mve.kernels(), *KERNELS]
ALL = [*OURS, *cmsis_nn.kernels(Context(Isa.MVE, (99, 0), frozenset()))]
ORDERS = {
    "portable": portable.ORDER,
    "dsp": dsp.ORDER,
    "mve": mve.ORDER,
    "cmsis_nn": cmsis_nn.ORDER,
}


def test_every_kernel_is_in_its_familys_list_once() -> None:
    files = sorted(path.relative_to(PACKAGE) for path in PACKAGE.glob("*/**/*.py"))
    kernels = [
        path
        for path in files
        if re.search(r"^(KERNEL =|def kernel\()", (PACKAGE / path).read_text(), re.M)
    ]
    listed = [
        f"{folder}/{name.replace('.', '/')}.py"
        for folder, order in ORDERS.items()
        for name in order
    ]
    assert sorted(listed) == [str(path) for path in kernels]


def test_a_kernels_files_have_one_name_in_alike_folders() -> None:
    in_c = {
        path.relative_to(FOLDER).with_suffix("")
        for path in FOLDER.rglob("*.c")
        if path.stem not in PRIVATE
    }
    headers = {path.relative_to(FOLDER).with_suffix("") for path in FOLDER.glob("*/**/*.h")}
    assert in_c == {
        path for path in headers if path.parts[0] != "shared" and path.name not in PRIVATE
    }
    in_python = {
        path.relative_to(PACKAGE).with_name(f"tc_{path.stem}")
        for path in PACKAGE.glob("*/**/*.py")
        if f"tc_{path.stem}" in {kernel.symbol for kernel in ALL}
    }
    assert {path.name for path in in_c} == {kernel.symbol for kernel in ALL}
    assert in_c == in_python


@pytest.mark.parametrize("kernel", ALL, ids=[kernel.symbol for kernel in ALL])
def test_a_kernels_header_has_its_struct_and_function_and_its_c_file_includes_it(
    kernel: Kernel,
) -> None:
    header, source = kernel.files()[kernel.header], kernel.files()[kernel.source]
    assert header.startswith("/* SPDX-License-Identifier: Apache-2.0 */\n")
    assert f"#ifndef {kernel.symbol.upper()}_H\n" in header
    assert f"\nstruct {kernel.symbol} {{\n" in header
    assert re.search(
        rf" \*/\nTC_CODE void {kernel.symbol}\(const struct {kernel.symbol} \*p,", header
    )
    assert f'\n#include "{kernel.header}"\n' in source


@pytest.mark.parametrize("compiler", ["cc", "c++"])
def test_every_header_can_be_the_only_one(compiler: str, tmp_path: Path) -> None:
    headers = [path for path in FOLDER.rglob("*.h") if path.parent.name != "shared"]
    fill(tmp_path, {path.name: path.read_text() for path in FOLDER.rglob("*.h")})
    units = []
    for header in headers:
        units.append(tmp_path / (header.stem + (".c" if compiler == "cc" else ".cpp")))
        units[-1].write_text(f'#include "{header.name}"\n')
    flags = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only", f"-I{tmp_path}"]
    subprocess.run([compiler, *flags, *map(str, units)], check=True)
    assert len(headers) > 100


def test_a_portable_kernel_lies_with_those_of_its_type() -> None:
    for listed in portable.ORDER:
        folder, _, kernel = listed.partition(".")
        ending = kernel.rpartition("_")[2]
        assert folder == (ending if ending in TYPES else "any"), listed


def test_a_kernel_that_knows_the_height_of_one_image_is_called_for_each() -> None:
    """Or all images but the first are left out."""
    for kernel in ALL:
        text = kernel.files()[kernel.source]
        assert kernel.per_image or "input_h" not in text, kernel.symbol


@pytest.mark.parametrize("kernel", KERNELS, ids=SYMBOLS)
def test_a_kernel_says_what_it_covers_and_its_rules_in_sentences(kernel: Kernel) -> None:
    for text in (kernel.summary, *(rule.__doc__ or "" for rule in kernel.constraints)):
        sentence = text.strip()
        assert not sentence[:1].islower() or sentence.startswith(("float32", "int")), text
        assert sentence.endswith(".") and "\n" not in sentence, text


def test_a_kernel_that_takes_a_clip_along_bounds_its_output() -> None:
    """Its C reads both bounds, or the clip is lost."""
    unbounded = []
    for kernel in ALL:
        takes = {"output.clip", "clip", "relu"} & kernel.pattern().parts.keys()
        text = "".join(kernel.files().values())
        if takes and not all(re.search(rf"(->|\.){bound}\b", text) for bound in ("min", "max")):
            unbounded.append(kernel.symbol)
    assert unbounded == []


@pytest.mark.parametrize("name", portable.ORDER)
def test_every_portable_kernel_has_a_test_of_its_name(name: str) -> None:
    folder, _, kernel = name.partition(".")
    assert (ROOT / "tests" / "kernels" / "portable" / folder / f"test_{kernel}.py").exists()


@pytest.mark.parametrize("name", dsp.ORDER)
def test_every_kernel_for_dsp_has_a_test_of_its_name(name: str) -> None:
    assert (ROOT / "tests" / "kernels" / "dsp" / f"test_{name}.py").exists()


@pytest.mark.parametrize("name", mve.ORDER)
def test_every_kernel_for_helium_has_a_test_of_its_name(name: str) -> None:
    assert (ROOT / "tests" / "kernels" / "mve" / f"test_{name}.py").exists()


def test_every_constraint_is_tripped_by_a_test(tmp_path: Path) -> None:
    """The tests of kernels run once more, by themselves, and what they broke is counted."""
    report = tmp_path / "tripped.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.tripped",
        "--tripped",
        str(report),
    ]
    command += ["-p", "no:cacheprovider", "tests/kernels/portable", "tests/kernels/dsp"]
    command.append("tests/kernels/mve")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    tripped = set(json.loads(report.read_text()))
    every = {name(rule): kernel.symbol for kernel in OURS for rule in kernel.constraints}
    assert {rule: of for rule, of in every.items() if rule not in tripped} == {}


def imported(path: Path) -> set[str]:
    """The modules that a file imports from."""
    tree = ast.walk(ast.parse(path.read_text()))
    return {node.module for node in tree if isinstance(node, ast.ImportFrom) and node.module}


def passes() -> list[str]:
    """The modules of all passes."""
    found = sorted((ROOT / "passes").rglob("*.py"))
    named = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found]
    return [f"tinycompile.{name}" for name in named if not name.endswith("__init__")]


def test_every_file_of_passes_is_a_pass_of_its_name() -> None:
    assert len(passes()) > 10
    for module in passes():
        name = "".join(map(str.capitalize, module.rpartition(".")[2].split("_")))
        assert hasattr(import_module(module), name), module


def test_every_pass_is_imported_by_a_test() -> None:
    tests = set().union(*map(imported, (ROOT / "tests").rglob("test_*.py")))
    assert [module for module in passes() if module not in tests] == []


def test_every_pass_is_in_the_pipeline() -> None:
    """Or among those that quantise, which they take in when asked."""
    used = imported(ROOT / "tinycompile" / "phases.py")
    for path in (ROOT / "tinycompile" / "quantize").rglob("*.py"):
        used |= imported(path)
    assert [module for module in passes() if module not in used] == []


def test_every_room_says_what_it_is_for() -> None:
    rooms = [*(ROOT / "tinycompile").rglob("__init__.py"), *(ROOT / "passes").rglob("__init__.py")]
    assert len(rooms) > 20
    assert [room for room in rooms if not ast.get_docstring(ast.parse(room.read_text()))] == []


def test_every_target_states_what_it_is() -> None:
    from tinycompile.target import Target, names

    assert [name for name in names() if not Target.load(name).description] == []

"""The emitted folder with CMSIS-NN in it: what it holds, that it builds, and that it computes the same."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import require
from tests.kernels.cmsis_nn.conftest import fake_copy
from tinycompile import pipeline
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.codegen.project import library_sources
from tinycompile.pipeline import Compiled
from tinycompile.simulate import harness, verify
from tinycompile.simulate.build import WARNINGS, find_tool
from tinycompile.simulate.size import undefined_symbols

ROOT = Path(__file__).parents[3]
DIGITS = ROOT / "examples" / "digits" / "digits_int8.onnx"
SHARED = ROOT.parent / "shared" / "models"
MACHINES = ["cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"]
MODELS = ["ad01", "ic01", "ic02", "kws", "sww", "vww", "digits"]


def compiled(
    name: str, copy: CmsisNN | None, target: str = "cortex-m4", **options: bool
) -> Compiled:
    path = DIGITS if name == "digits" else SHARED / f"{name}_int8.tflite"
    if not path.exists():
        pytest.skip(f"{path} is not there: the MLPerf Tiny models are not part of the repository")
    return pipeline.compile(
        path,
        target=target,
        name=name,
        kernels="cmsis-nn" if copy else "portable",
        cmsis_nn=copy and copy.root,
        ram=4 << 20,
        flash=8 << 20,
        **options,
    )


def test_the_folder_holds_what_is_needed_and_its_licence(any_copy: CmsisNN) -> None:
    model = compiled("digits", any_copy)
    files, functions = model.files, model.program.functions
    assert "arm_convolve_wrapper_s8" in functions
    theirs = {name for name in files if name.startswith("cmsis_")}
    assert theirs == set(any_copy.files(functions)) == set(model.third_party)
    assert "Apache License" in files["cmsis_nn/LICENSE.txt"]
    assert "cmsis_nn/ and cmsis_core/: Arm's" in files["LICENSES.txt"]
    assert not any("softmax" in name for name in theirs)


def test_outside_of_the_folder_only_the_adapters_are_left(any_copy: CmsisNN) -> None:
    files = compiled("digits", any_copy, cmsis_nn_external=True).files
    assert not any(name.startswith(("cmsis_nn/", "cmsis_core/")) for name in files)
    assert "tc_cmsis_conv2d_s8.c" in files
    assert "CMSIS_NN = ../CMSIS-NN\n" in files["Makefile"]
    assert "PUBLIC cmsis-nn)" in files["CMakeLists.txt"]
    assert "which is not among these files" in files["LICENSES.txt"]


def test_a_portable_folder_says_nothing_of_it() -> None:
    files = compiled("digits", None).files
    assert not any("cmsis" in name or "cmsis" in text.lower() for name, text in files.items()
                   if name != "digits.json")  # fmt: skip


def test_a_model_with_nothing_to_offload_compiles(tmp_path: Path) -> None:
    copy = fake_copy(tmp_path)
    model = pipeline.compile(DIGITS, cmsis_nn=copy, kernels="cmsis-nn", cmsis_nn_external=True)
    assert model.third_party == {} and model.report["cmsis_nn_macs"] == 0


# CMake would need a toolchain file of the firmware's for anything but the host.
@pytest.mark.parametrize(
    ("tool", "target"), [("make", "cortex-m4"), ("make", "host"), ("cmake", "host")]
)
def test_the_build_files_build_it(
    tool: str, target: str, any_copy: CmsisNN, tmp_path: Path, arm_gcc: str
) -> None:
    require(lambda: find_tool(tool))
    compiled("digits", any_copy, target).write(tmp_path / "digits")
    if tool == "make":
        subprocess.run(["make", "-C", tmp_path / "digits", "-j2"], check=True, capture_output=True)
        assert (tmp_path / "digits" / "libdigits.a").exists()
        return
    build = tmp_path / "build"
    for command in (["cmake", "-S", tmp_path / "digits", "-B", build], ["cmake", "--build", build]):
        subprocess.run(command, check=True, capture_output=True)


def test_whoever_globs_the_sources_needs_no_search_path(
    copy: CmsisNN, tmp_path: Path, arm_gcc: str
) -> None:
    """Nor to bear warnings: ours are errors, also of what the headers of CMSIS-NN hold."""
    model = compiled("digits", copy)
    model.write(tmp_path)
    for source in library_sources(model.files):
        lenient = ["-w"] * source.startswith("cmsis_nn/")
        command = [arm_gcc, *WARNINGS, *lenient, *model.target.cflags, "-fsyntax-only", source]
        subprocess.run(command, check=True, cwd=tmp_path)


def test_an_adapter_calls_its_function_and_nothing_else_of_cmsis_nn(
    any_copy: CmsisNN, tmp_path: Path, arm_gcc: str
) -> None:
    model = compiled("digits", any_copy)
    model.write(tmp_path / "digits")
    subprocess.run(["make", "-C", tmp_path / "digits", "-j2"], check=True, capture_output=True)
    for layer in model.program.layers:
        unit = tmp_path / "digits" / layer.kernel.source.replace(".c", ".o")
        called = {name for name in undefined_symbols(unit) if name.startswith("arm_")}
        assert called == set(layer.kernel.functions)


@pytest.mark.parametrize("target", MACHINES)
@pytest.mark.parametrize("name", MODELS)
def test_models_compute_what_portable_kernels_do(
    name: str, target: str, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    """On the core itself, bit for bit, with at least 95 % of the multiply-accumulates offloaded."""
    model, portable = compiled(name, copy, target), compiled(name, None, target)
    share = model.report["cmsis_nn_macs"] / model.report["macs"]
    # The example ends in a fully connected layer of a scale for each output, new in version 7.
    assert share >= (0.9 if name == "digits" and copy.version < (7, 0) else 0.95)
    inputs = verify.random_inputs(model, runs=20)
    (tmp_path / "portable").mkdir()
    expected = harness.run_on_host(portable, inputs, tmp_path / "portable")
    actual = harness.run_on_target(model, inputs, tmp_path)
    for ours, theirs in zip(actual, expected, strict=True):
        for key, value in theirs.items():
            np.testing.assert_array_equal(ours[key], value)
    assert len({run[key].tobytes() for run in expected for key in run}) > 1


@pytest.mark.parametrize("name", ["kws", "digits"])
def test_every_layer_equals_the_oracle(name: str, copy: CmsisNN) -> None:
    model = compiled(name, copy, "cortex-m55")
    done = verify.verify(model, verify.random_inputs(model, runs=5))
    assert done.largest_difference == 0 or name == "digits"

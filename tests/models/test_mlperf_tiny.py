"""The MLPerf Tiny networks, and the example, through the whole compiler.

The networks lie in a folder `shared/models` beside the checkout and are never part of it.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tinycompile import target
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate import build, harness, size, verify

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "models"
DIGITS = ROOT / "examples" / "digits" / "digits_int8.onnx"

# The largest sum of tensors that live at once, in bytes: what the arena may take, scratch aside.
LIVE_BYTES = {"kws": 16_000, "ic01": 49_152, "vww": 55_296, "sww": 6_656, "ad01": 768}
MODELS = ["ad01", "ic01", "ic02", "kws", "sww", "vww", "digits"]
MACHINES = ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"]
TARGETS = target.names()


def path_of(name: str) -> Path:
    path = DIGITS if name == "digits" else SHARED / f"{name}_int8.tflite"
    if not path.exists():
        pytest.skip(f"{path} is not there: the MLPerf Tiny models are not part of the repository")
    return path


@cache
def compiled(name: str, chip: str = "cortex-m4") -> Compiled:
    # Budgets are the user's business; here every model is built for every core.
    # The portable kernels: those of CMSIS-NN are compared with them in tests/kernels/cmsis_nn.
    return compile(
        path_of(name), target=chip, name=name, ram=4 << 20, flash=8 << 20, kernels="portable"
    )


@pytest.mark.parametrize("name", MODELS)
def test_every_layer_equals_the_oracle(name: str) -> None:
    model = compiled(name)
    done = verify.verify(model, verify.random_inputs(model, runs=20))
    assert done.runs == 20
    assert done.tensors >= 0.8 * done.total, (
        "too few layers have a tensor of the model to compare with"
    )
    assert set(done.constant) == set(), "a tensor that never changes was compared in vain"
    assert done.largest_difference == 0 or name == "digits"


@pytest.mark.parametrize("name", ["ad01", "ic01", "vww"])
def test_float_files_run_in_float(name: str) -> None:
    path = SHARED / f"{name}_fp32.tflite"
    if not path.exists():
        pytest.skip(f"{path} is not there: the MLPerf Tiny models are not part of the repository")
    model = compile(path, target="host", ram=4 << 20, flash=8 << 20)
    done = verify.verify(model, verify.random_inputs(model, runs=3))
    assert done.largest_difference == 0 and done.floats == done.tensors >= 0.8 * done.total
    assert not done.constant


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("chip", TARGETS)
def test_compiles_for_every_target(name: str, chip: str) -> None:
    model = compiled(name, chip)
    assert model.report["target"] == chip
    assert model.report["macs"] > 0


@pytest.mark.parametrize("name", LIVE_BYTES)
def test_the_arena_holds_no_more_than_what_lives_at_once(name: str) -> None:
    plan = compiled(name).memory
    assert plan.arena_bytes <= LIVE_BYTES[name] + plan.scratch_bytes


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("chip", MACHINES)
def test_a_simulated_core_computes_what_the_host_does(
    name: str, chip: str, qemu: str, arm_gcc: str
) -> None:
    model = compiled(name, chip)
    runs = 4 if name in ("ic02", "vww") else 20
    assert verify.run_on_target(model, verify.random_inputs(model, runs))


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("name", MODELS)
def test_compiles_without_warnings_and_runs_without_undefined_behaviour(
    name: str, compiler: str, tmp_path: Path, clang: str
) -> None:
    model = compiled(name)
    inputs = verify.random_inputs(model, runs=2)
    clean = harness.run_on_host(model, inputs, tmp_path, sanitize=True, compiler=compiler)
    assert len(clean) == 2


def test_two_models_in_one_firmware(tmp_path: Path, qemu: str, arm_gcc: str) -> None:
    """Their symbols do not clash, they share kernels, and both are right."""
    chip = target.Target.load("cortex-m4")
    models = [compiled("ic01"), compiled("kws")]
    inputs = [verify.random_inputs(model, runs=1) for model in models]
    sources: set[Path] = set()
    body = []
    for model, (arrays,) in zip(models, inputs, strict=True):
        name = model.program.name
        for file, text in model.files.items():
            if not file.startswith("examples/"):
                (tmp_path / file).write_text(text)
                sources |= {tmp_path / file} if file.endswith(".c") else set()
        (only,) = model.program.inputs
        arrays[only.name].tofile(tmp_path / f"{name}.in")
        body.append(
            f'if (infer("{name}.in", "{name}.out", {name}_input(arena), {name.upper()}_INPUT_COUNT,\n'
            f"      {name}_output(arena), {name.upper()}_OUTPUT_COUNT, {name}_run)) return 1;"
        )
    main = tmp_path / "firmware.c"
    main.write_text(FIRMWARE.replace("BODY", "\n    ".join(body)))
    elf = build.build_firmware([main, *sorted(sources)], [tmp_path], chip, tmp_path / "two.elf")
    harness.qemu.run(elf, chip, cwd=tmp_path)
    kernels = [s.name for s in size.symbols(elf) if s.name.startswith("tc_conv2d_s8")]
    assert kernels.count("tc_conv2d_s8") == 1
    for model, arrays in zip(models, inputs, strict=True):
        (tmp_path / model.program.name).mkdir()
        (expected,) = harness.run_on_host(model, arrays, tmp_path / model.program.name)
        (output,) = model.program.outputs
        actual = np.fromfile(tmp_path / f"{model.program.name}.out", np.int8)
        np.testing.assert_array_equal(actual, expected[output.name].ravel())


FIRMWARE = """\
#include "ic01.h"
#include "kws.h"
#include "semihosting.h"

static int32_t arena[16384];

static int infer(const char *in, const char *out, int8_t *input, size_t input_count,
                 const int8_t *output, size_t output_count, void (*run)(void *))
{
    const int source = sh_open(in, 0), sink = sh_open(out, 1);
    if (source < 0 || sink < 0 || sh_read(source, input, input_count) != input_count) {
        return 1;
    }
    run(arena);
    return sh_write(sink, output, output_count) != output_count || sh_close(sink) != 0;
}

int main(void)
{
    BODY
    return 0;
}
"""

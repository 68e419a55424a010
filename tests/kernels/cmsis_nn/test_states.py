"""Streams through SVDF by CMSIS-NN on cores of every instruction set equal TFLite Micro's."""

from pathlib import Path

import numpy as np
import pytest

from tests.operators.test_svdf import svdf
from tests.tflite_micro import random_inputs, stream_through_tflite_micro
from tinycompile import pipeline
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.simulate import harness

RUNS = 8


@pytest.mark.parametrize("core", ["cortex-m3", "cortex-m4", "cortex-m55"])
@pytest.mark.parametrize(("dtype", "memory"), [("int8", 5), ("int8", 16), ("int16", 7)])
def test_streams(
    core: str, dtype: str, memory: int, copy: CmsisNN, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    if "arm_svdf_s8" not in copy.functions or (dtype == "int8" and copy.version < (5, 0)):
        pytest.skip(f"{copy} has no function for this")
    data = svdf(dtype, 2, memory, layers=2)
    path = tmp_path / "model.tflite"
    path.write_bytes(data)
    compiled = pipeline.compile(path, target=core, kernels="cmsis-nn", cmsis_nn=copy.root)
    symbols = {layer.kernel.symbol for layer in compiled.program.layers}
    assert symbols == {f"tc_cmsis_svdf{'_state_s16' * (dtype == 'int16')}_s8"}
    sequence = [random_inputs(data, seed) for seed in range(RUNS)]
    inputs = [{"x": arrays[0]} for arrays in sequence]
    (tmp_path / "run").mkdir()
    outputs = harness.run_on_target(compiled, inputs, tmp_path / "run")
    ours = [arrays[compiled.program.outputs[0].name] for arrays in outputs]
    theirs = [arrays[0] for arrays in stream_through_tflite_micro(data, sequence)]
    np.testing.assert_array_equal(ours, theirs)

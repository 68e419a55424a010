"""The recurrent classifiers of examples/: the C recognises what ONNX Runtime does, in int8 about as much."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.frontend.onnx_model import run_onnxruntime
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate.harness import run_on_host

pytest.importorskip("sklearn")
data = pytest.importorskip("examples.sequences.data")

CALIBRATION = "examples.sequences.data:calibration"
ROOT = Path(__file__).parents[2] / "examples" / "sequences"
JUDGED = 500  # of the held-out sequences, which were drawn in the order of nothing


def scores(made: Compiled, sequences: np.ndarray, folder: Path) -> np.ndarray:
    (rows,), (output,) = made.program.inputs, made.program.outputs
    if rows.dtype == "int8":
        assert rows.quantization is not None
        steps = np.rint(sequences / np.float32(rows.quantization.scale))
        sequences = np.clip(steps + rows.quantization.zero_point, -128, 127).astype(np.int8)
    found = run_on_host(made, [{rows.name: sequence} for sequence in sequences], folder)
    return np.stack([result[output.name][0] for result in found])


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_classifier_in_float_and_in_int8(name: str, tmp_path: Path) -> None:
    path = ROOT / f"digits_{name}.onnx"
    sequences, labels = (array[:JUDGED] for array in data.test())
    model = onnx.load(path)
    theirs = np.stack([run_onnxruntime(model, {"rows": x})[0][0] for x in sequences])
    in_float = compile(path, target="host", kernels="portable")
    ours = scores(in_float, sequences, tmp_path)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5 * float(np.abs(theirs).max()))
    in_int8 = compile(path, target="host", kernels="portable", quantize=CALIBRATION)
    kernels = [layer.kernel.symbol for layer in in_int8.program.layers]
    assert kernels == [f"tc_{name}_s8", "tc_fully_connected_s8"]
    right, wanted = (
        100 * float(np.mean(found.argmax(axis=1) == labels))
        for found in (scores(in_int8, sequences, tmp_path), theirs)
    )
    assert right >= wanted - 0.5


@pytest.mark.parametrize("options", [{}, {"quantize": CALIBRATION}], ids=["float", "int8"])
@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_classifier_as_a_stream_of_rows(
    name: str, options: dict[str, str], tmp_path: Path
) -> None:
    """After the last row it says what the network says of the sequence; of a row it computes one step."""
    path = ROOT / f"digits_{name}.onnx"
    sequence = data.test()[0][0]
    whole, step = (
        compile(path, target="host", kernels="portable", stream_axis=axis, **options)
        for axis in (None, 0)
    )
    assert step.program.macs < whole.program.macs / 18
    for folder in ("whole", "step"):
        (tmp_path / folder).mkdir()
    (expected,) = scores(whole, sequence[None], tmp_path / "whole")
    found = scores(step, sequence[:, None], tmp_path / "step")
    assert len(np.unique(found, axis=0)) == data.STEPS
    np.testing.assert_array_equal(found[-1], expected)

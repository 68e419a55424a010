"""The models that tests build are what TFLite Micro and our importer read."""

from pathlib import Path

import numpy as np
import tflite

from tests.tflite_micro import random_inputs, run_tflite_micro
from tests.tflite_model import Model


def fully_connected() -> bytes:
    """y = x * w + b, relu6; all with scale 1 so that the numbers can be followed."""
    model = Model()
    x = model.tensor("x", (1, 3), scale=1.0)
    w = model.constant("w", np.array([[1, 2, 3], [-1, 0, 1]], np.int8), scale=[1.0, 2.0])
    b = model.constant("b", np.array([1, -4], np.int32), scale=[1.0, 2.0])
    y = model.tensor("y", (1, 2), scale=1.0, zero_point=-5)
    relu6 = tflite.ActivationFunctionType.RELU6
    model.operator(
        "FULLY_CONNECTED", [x, w, b], [y], "FullyConnectedOptions",
        version=4, fused_activation_function=relu6,
    )  # fmt: skip
    return model.build([x], [y])


def test_tflite_micro_computes_what_the_model_says() -> None:
    def run(x: list[int]) -> list[int]:
        (y,) = run_tflite_micro(fully_connected(), [np.array([x], np.int8)])
        return y.ravel().tolist()

    assert run([0, 0, 0]) == [1 - 5, 0 - 5]  # the bias; below 0
    assert run([1, 1, 0]) == [4 - 5, 0 - 5]
    assert run([-3, 0, 1]) == [1 - 5, 0 - 5]
    assert run([-3, 1, 4]) == [6 - 5, 6 - 5]  # above 6


def test_the_importer_reads_names_and_quantisation(tmp_path: Path) -> None:
    from tinycompile.frontend.tflite import load

    path = tmp_path / "model.tflite"
    path.write_bytes(fully_connected())
    source = load(path)
    assert (source.inputs, source.outputs) == (["x"], ["y"])
    assert source.quantization["y"].zero_point == -5
    assert source.nodes == {"y": 'FULLY_CONNECTED "y"'}


def test_random_inputs_differ_by_seed_and_span_the_range() -> None:
    model = Model()
    x = model.tensor("x", (1, 1000), scale=0.1)
    f = model.tensor("f", (2,), "float32")
    data = model.build([x, f], [x])
    first, second = random_inputs(data, 0), random_inputs(data, 1)
    assert (first[0] != second[0]).any()
    assert (first[0].min(), first[0].max()) == (-128, 127)
    assert first[1].dtype == np.float32

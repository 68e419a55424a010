"""SOFTMAX, ARG_MAX, ARG_MIN and the float32 edges equal TFLite Micro bit for bit."""

import numpy as np
import pytest

from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro
from tests.tflite_model import Model


def softmax(shape: tuple[int, ...], scale: float, beta: float) -> bytes:
    m = Model()
    x = m.tensor("x", shape, scale=scale, zero_point=5)
    y = m.tensor("y", shape, scale=1 / 256, zero_point=-128)
    m.operator("SOFTMAX", [x], [y], "SoftmaxOptions", beta=beta)
    return m.build([x], [y])


@pytest.mark.parametrize("shape", [(1, 2), (1, 10), (1, 4, 7), (1, 2, 3, 300)])
@pytest.mark.parametrize("scale", [0.005, 0.012, 0.03, 0.1, 0.77, 20.0])
def test_softmax(shape: tuple[int, ...], scale: float, run: Run) -> None:
    assert_equals_tflite_micro(softmax(shape, scale, beta=1.0), ["tc_softmax_s8"], run)


@pytest.mark.parametrize("scale", [0.01, 0.3])
@pytest.mark.parametrize("steps", [65535, 65536])
def test_softmax_to_int16(scale: float, steps: int, run: Run) -> None:
    m = Model()
    x = m.tensor("x", (1, 9), scale=scale, zero_point=5)
    y = m.tensor("y", (1, 9), "int16", scale=1 / steps, zero_point=-32768)
    m.operator("SOFTMAX", [x], [y], "SoftmaxOptions", beta=1.0)
    assert_equals_tflite_micro(m.build([x], [y]), ["tc_softmax_s8"], run)


@pytest.mark.parametrize("beta", [0.25, 0.3, 2.0])
def test_softmax_of_another_beta(beta: float, run: Run) -> None:
    assert_equals_tflite_micro(softmax((1, 12), 0.08, beta), ["tc_softmax_s8"], run)


@pytest.mark.parametrize("axis", [1, 2, 3, -1, -3])
@pytest.mark.parametrize("code", ["ARG_MAX", "ARG_MIN"])
def test_arg_max(code: str, axis: int, run: Run) -> None:
    shape = (1, 4, 5, 6)
    m = Model()
    x = m.tensor("x", shape, scale=0.1)
    along = m.constant("axis", np.array(axis, np.int32))
    rest = tuple(np.delete(shape, axis))
    y = m.tensor("y", rest, "int32")
    options = "ArgMaxOptions" if code == "ARG_MAX" else "ArgMinOptions"
    m.operator(code, [x, along], [y], options, output_type=2)
    assert_equals_tflite_micro(m.build([x], [y]), ["tc_arg_max_s8"], run)


@pytest.mark.parametrize("scale, zero_point", [(0.03, 7), (0.1, -128), (0.5, 127)])
def test_float_edges(scale: float, zero_point: int, run: Run) -> None:
    m = Model()
    x = m.tensor("x", (1, 200), "float32")
    q = m.tensor("q", (1, 200), scale=scale, zero_point=zero_point)
    y = m.tensor("y", (1, 200), "float32")
    m.operator("QUANTIZE", [x], [q], "QuantizeOptions")
    m.operator("DEQUANTIZE", [q], [y], "DequantizeOptions")
    kernels = ["tc_quantize_f32_s8", "tc_dequantize_s8_f32"]
    assert_equals_tflite_micro(m.build([x], [y]), kernels, run)

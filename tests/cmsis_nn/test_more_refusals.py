"""What kernels for int16 and for states that call CMSIS-NN leave to portable ones."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.cmsis_nn.test_refusals import refused
from tests.kernels.graphs import quantized, real
from tinycompile import external
from tinycompile.passes.qdq import add_integers


def conv(
    depth: int = 2, groups: int = 1, bias: str = "", weight: int = 1, scale: float = 0.1
) -> Any:
    def build(x: Any) -> Any:
        weights = np.full((2, 1, 1, depth // groups), weight, np.int8)
        layout = {"data_layout": "NHWC", "kernel_layout": "OHWI", "groups": groups}
        scales = np.full(2, 0.5, np.float32)
        out = relax.op.nn.conv2d(real(x, 0.25, 0), real(weights, scales, 0), **layout)
        if bias:
            out = add_integers(out, np.ones(2, bias), scales * np.float32(0.25))
        return quantized(out, scale, 0, "int16")

    return build


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"bias": "int64"}, "None"),
        ({"bias": "int32"}, "The bias is int64, or there is none (it is int32)"),
        ({"groups": 2}, "The convolution has one group (it has 2)"),
        ({"depth": 600, "weight": -128}, "cannot exceed int32 (they may reach 2147483648)"),
        (
            {"depth": 600, "weight": 127, "scale": 0.002},
            "before it is clamped (one may reach 1.56e+11)",
        ),
    ],
)
def test_convolutions_of_int16(options: dict[str, Any], found: str) -> None:
    shape = (1, 2, 2, options.get("depth", 2))
    assert refused("tc_cmsis_conv2d_s16", conv(**options), dtype="int16", x=shape).endswith(found)


def test_convolutions_of_int16_need_version_6() -> None:
    found = refused("tc_cmsis_conv2d_s16", conv(), (5, 0), dtype="int16", x=(1, 2, 2, 2))
    assert found.endswith("CMSIS-NN is version 6 or newer (it is version 5.0)")


def test_a_softmax_of_rows_of_one_is_refused() -> None:
    def build(x: Any) -> Any:
        return quantized(relax.op.nn.softmax(real(x, 0.01, 0), -1), 2**-15, 0, "int16")

    found = refused("tc_cmsis_softmax_s16", build, dtype="int16", x=(3, 1))
    assert found.endswith("A row has at least two elements (it has one)")


def test_softmax_to_int8_is_refused_where_int16_is_meant() -> None:
    def build(x: Any) -> Any:
        return quantized(relax.op.nn.softmax(real(x), -1), 1 / 256, -128)

    assert refused("tc_cmsis_softmax_s8_s16", build, x=(1, 4)).endswith("is int16 (it is int8)")


@pytest.mark.parametrize(
    ("zero_point", "version", "found"),
    [
        (0, (5, 0), "None"),
        (9, (5, 0), "The state has zero point 0 (it is 9)"),
        (0, (4, 1), "CMSIS-NN is version 5 or newer (it is version 4.1)"),
    ],
)
def test_svdf(zero_point: int, version: tuple[int, int], found: str) -> None:
    def build(x: Any, state: Any) -> Any:
        features, time = np.ones((2, 3), np.int8), np.ones((2, 4), np.int8)
        constants = (real(v, 0.1, 0) for v in (features, time, np.ones(2, np.int32)))
        operands = real(x, 0.1, 5), real(state, 0.1, zero_point), *constants
        ty = relax.TensorType((1, 2), "float32")
        return quantized(external.call(external.SVDF, *operands, ty=ty))

    assert refused("tc_cmsis_svdf_s8", build, version, x=(1, 3), state=(1, 8)).endswith(found)

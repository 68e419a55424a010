"""What kernels from int8 to int16 and for states that call CMSIS-NN leave to portable ones."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.cmsis_nn.test_refusals import refused
from tests.kernels.graphs import quantized, real
from tinycompile import external


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

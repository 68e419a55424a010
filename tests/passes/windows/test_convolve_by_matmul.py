"""Convolutions of one pixel are matrix products."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import dq, emit, main, operators, run, stays, weights
from tinycompile.passes.windows.convolve_by_matmul import ConvolveByMatmul

nn = relax.op.nn
W = np.random.default_rng(2).integers(-9, 9, (4, 5, 3, 2))


def conv(x: Any, kernel: Any, **more: Any) -> Any:
    return nn.conv2d(x, kernel, data_layout="NHWC", kernel_layout="OHWI", **more)


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("scales", [0.5, [0.1, 0.2, 0.3, 0.4]])
def test_the_product_is_the_same_and_keeps_scales_per_channel(scales: Any, batch: int) -> None:
    shape = (batch, 5, 3, 2)
    before = main(lambda x: conv(dq(x), weights(W, scales)), x=(shape, "int8"))
    after = ConvolveByMatmul()(before)
    assert "nn.conv2d" not in operators(after) and "matmul" in operators(after)
    (matrix,) = [
        b.value for b in after["main"].body.blocks[0].bindings if is_matrix(b.value, (30, 4))
    ]
    np.testing.assert_array_equal(
        matrix.args[1].value.numpy(), np.broadcast_to(np.float32(scales), 4)
    )
    assert matrix.attrs.axis == 1
    x = np.random.default_rng(1).integers(-128, 128, shape).astype(np.int8)
    np.testing.assert_allclose(run(after, x), run(before, x), rtol=1e-5)


def is_matrix(value: Any, shape: tuple[int, int]) -> bool:
    return tuple(int(d) for d in value.ty.shape) == shape


def test_one_channel_keeps_its_scale_as_a_vector() -> None:
    before = main(lambda x: conv(dq(x), weights(W[:1], 0.5)), x=((1, 5, 3, 2), "int8"))
    scales = [
        b.value.args[1].value.numpy().shape
        for b in ConvolveByMatmul()(before)["main"].body.blocks[0].bindings
        if is_matrix(b.value, (30, 1))
    ]
    assert scales == [(1,)]


@pytest.mark.parametrize(
    ("shape", "more"),
    [
        ((1, 6, 3, 2), {}),  # two pixels
        ((1, 5, 3, 4), {"groups": 2}),
        ((1, 4, 3, 2), {"padding": (1, 0, 0, 0)}),
    ],
)
def test_near_misses_stay(shape: Any, more: Any) -> None:
    stays(
        ConvolveByMatmul(), main(lambda x: conv(dq(x), weights(W, 0.5), **more), x=(shape, "int8"))
    )


def test_computed_weights_stay() -> None:
    def computed(x: Any, w: Any) -> Any:
        data = emit(dq(x))
        return conv(data, dq(w))

    w = ((4, 5, 3, 2), "int8")
    stays(ConvolveByMatmul(), main(computed, x=((1, 5, 3, 2), "int8"), w=w))

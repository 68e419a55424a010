"""A batch of images: kernels that take one image are called for each; equal to TFLite Micro bit for bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper

from tests.frontend.onnx_model import assert_compiled_equals, f32, i64, value
from tests.frontend.onnx_model import model as onnx_model
from tests.kernels.runtime import Run
from tests.operators.compiled import assert_equals_tflite_micro, compile_model, run_program
from tests.operators.test_convolution import BITS, SAME, VALID, data_tensor, weighted
from tests.tflite_micro import random_inputs, run_tflite_micro
from tests.tflite_model import Array, Model

BATCH = 3
STEPS = {"stride_h": 1, "stride_w": 1, "padding": VALID}
DILATION = {"dilation_h_factor": 1, "dilation_w_factor": 1}
POOL = {"stride_h": 2, "stride_w": 2, "padding": VALID, "filter_height": 2, "filter_width": 2}
# Weights and the axis of their channels, the output of one image, options
WEIGHTED: dict[str, tuple[tuple[int, ...], int, tuple[int, ...], str, dict[str, Any]]] = {
    "CONV_2D": ((5, 3, 3, 4), 0, (4, 4, 5), "Conv2DOptions", STEPS | DILATION),
    "DEPTHWISE_CONV_2D": (
        (1, 3, 3, 4), 3, (4, 4, 4), "DepthwiseConv2DOptions",
        STEPS | DILATION | {"depth_multiplier": 1},
    ),
    "TRANSPOSE_CONV": (
        (5, 2, 2, 4), 0, (12, 12, 5), "TransposeConvOptions", STEPS | {"stride_h": 2, "stride_w": 2},
    ),
}  # fmt: skip
KERNELS = {
    "CONV_2D": "tc_conv2d",
    "DEPTHWISE_CONV_2D": "tc_depthwise_conv2d",
    "TRANSPOSE_CONV": "tc_transpose_conv2d",
    "MAX_POOL_2D": "tc_max_pool2d",
    "AVERAGE_POOL_2D": "tc_avg_pool2d",
}


def kernel(code: str, bits: int) -> list[str]:
    return [f"{KERNELS[code]}_s{bits}"]


@BITS
@pytest.mark.parametrize("code", WEIGHTED)
def test_convolutions(code: str, bits: int, run: Run) -> None:
    shape, axis, image, options, values = WEIGHTED[code]
    model = Model()
    x = data_tensor(model, "x", (BATCH, 6, 6, 4), 0.05, -9, bits)
    y = data_tensor(model, "y", (BATCH, *image), 0.1, 3, bits)
    w, b = weighted(model, np.random.default_rng(0), shape, axis, bits=bits)
    inputs = [x, w, b]
    if code == "TRANSPOSE_CONV":
        inputs = [model.constant("size", np.array([BATCH, *image], np.int32)), w, x, b]
    model.operator(code, inputs, [y], options, version=3, **values)
    assert_equals_tflite_micro(model.build([x], [y]), kernel(code, bits), run, seeds=2)


@BITS
@pytest.mark.parametrize("code", ["MAX_POOL_2D", "AVERAGE_POOL_2D"])
def test_pools(code: str, bits: int, run: Run) -> None:
    model = Model()
    x = data_tensor(model, "x", (BATCH, 6, 6, 4), 0.05, -9, bits)
    y = data_tensor(model, "y", (BATCH, 3, 3, 4), 0.05, -9, bits)
    model.operator(code, [x], [y], "Pool2DOptions", version=2, **POOL)
    assert_equals_tflite_micro(model.build([x], [y]), kernel(code, bits), run, seeds=2)


@pytest.mark.parametrize("method", ["Bilinear", "NearestNeighbor"])
def test_resizes(method: str, run: Run) -> None:
    code, symbol = {
        "Bilinear": ("RESIZE_BILINEAR", "tc_resize_bilinear_s8"),
        "NearestNeighbor": ("RESIZE_NEAREST_NEIGHBOR", "tc_resize_nearest"),
    }[method]
    model = Model()
    x = model.tensor("x", (BATCH, 3, 4, 2), scale=0.05, zero_point=-9)
    y = model.tensor("y", (BATCH, 6, 5, 2), scale=0.05, zero_point=-9)
    size = model.constant("size", np.array([6, 5], np.int32))
    model.operator(
        code, [x, size], [y], f"Resize{method}Options", version=3,
        align_corners=False, half_pixel_centers=False,
    )  # fmt: skip
    assert_equals_tflite_micro(model.build([x], [y]), [symbol], run, seeds=2)


@pytest.mark.parametrize("batch", [2, 1])
def test_a_batch_that_the_user_asks_for(batch: int, tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["conv"]),
        helper.make_node("MaxPool", ["conv"], ["pool"], kernel_shape=[2, 2]),
        helper.make_node("GlobalAveragePool", ["pool"], ["y"]),
    ]
    shape = [batch, 3, 6, 5]
    inputs, outputs = [value("x", shape)], [value("y", None)]
    built = onnx_model(nodes, inputs, outputs, {"w": f32(4, 3, 3, 3)})
    asked = {"x": tuple(shape)} if batch > 1 else {}
    found = assert_compiled_equals(built, tmp_path, shapes=asked)
    loops = found.files["model.c"].count(f"for (int32_t image = 0; image < {batch}; image++)")
    assert loops == (2 if batch > 1 else 0)


def test_frames_that_a_reshape_makes_a_batch(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Reshape", ["x", "shape"], ["frames"]),
        helper.make_node("Conv", ["frames", "w"], ["y"]),
    ]
    constants = {"shape": i64(5, 3, 6, 4), "w": f32(4, 3, 3, 2)}
    built = onnx_model(nodes, [value("x", [1, 5, 3, 6, 4])], [value("y", None)], constants)
    assert assert_compiled_equals(built, tmp_path).program.layers[-1].images == 5


def dilated(code: str, block: tuple[int, int], padding: int, pads: Array, *, split: bool) -> bytes:
    """A convolution that is dilated by `block`, as one operator or `split` into three."""
    shape, axis, image, options, values = WEIGHTED[code]
    rng, (h, w) = np.random.default_rng(1), (11, 9)
    model, more = Model(), values | {"padding": padding}
    x = model.tensor("x", (1, h, w, 4), scale=0.05, zero_point=-9)
    weights = weighted(model, rng, shape, axis)
    full = pads.sum(axis=1) + np.array((h, w))
    out = full if padding == SAME else full - 2 * np.array(block)
    y = model.tensor("y", (1, *out, image[2]), scale=0.1, zero_point=3)
    padded = model.tensor("padded", (1, *full, 4), scale=0.05, zero_point=-9)
    around = model.constant("pads", pads.astype(np.int32))
    if not split:
        widths = model.constant("widths", np.array([[0, 0], *pads, [0, 0]], np.int32))
        zero = model.constant("zero", np.zeros((), np.int8), scale=0.05, zero_point=-9)
        model.operator("PADV2", [x, widths, zero], [padded], "PadV2Options", version=2)
        steps = {"dilation_h_factor": block[0], "dilation_w_factor": block[1]}
        model.operator(code, [padded, *weights], [y], options, version=3, **more | steps)
        return model.build([x], [y])
    blocks, crops = model.constant("block", np.array(block, np.int32)), np.zeros((2, 2), np.int32)
    batch = block[0] * block[1]
    small = model.tensor("small", (batch, *full // block, 4), scale=0.05, zero_point=-9)
    made = model.tensor("made", (batch, *out // block, image[2]), scale=0.1, zero_point=3)
    model.operator("SPACE_TO_BATCH_ND", [x, blocks, around], [small], "SpaceToBatchNDOptions")
    model.operator(code, [small, *weights], [made], options, version=3, **more)
    model.operator(
        "BATCH_TO_SPACE_ND",
        [made, blocks, model.constant("crops", crops)],
        [y],
        "BatchToSpaceNDOptions",
    )
    return model.build([x], [y])


@pytest.mark.parametrize("code", ["CONV_2D", "DEPTHWISE_CONV_2D"])
@pytest.mark.parametrize(
    ("block", "padding", "pads"),
    [
        ((2, 3), VALID, [[1, 2], [3, 3]]),
        ((2, 3), SAME, [[0, 1], [0, 0]]),  # padded before and by the convolution: left as it is
        ((1, 3), SAME, [[0, 0], [0, 0]]),
    ],
)
def test_a_dilated_convolution_of_three_operators(
    code: str, block: tuple[int, int], padding: int, pads: list[list[int]], run: Run
) -> None:
    """Not with TFLite Micro's SPACE_TO_BATCH_ND, which pads with what its memory held."""
    one, three = (dilated(code, block, padding, np.array(pads), split=s) for s in (False, True))
    program = compile_model(three)
    assert (len(program.layers) <= 2) == (padding == VALID or not np.any(pads))
    for seed in range(2):
        x = random_inputs(one, seed)
        (ours,), (theirs,) = run_program(program, x, run), run_tflite_micro(one, x)
        np.testing.assert_array_equal(ours, theirs)

"""What kernels that call CMSIS-NN leave to portable ones, and how they say so."""

from typing import Any

import numpy as np
import pytest
from tvm import relax
from tvm.relax.op import multiply, subtract

from tests.kernels.cmsis_nn.calls import kernel_for
from tests.kernels.cmsis_nn.convolutions import LAYOUT, convolution, transposed_convolution
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernels import cmsis_nn
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.target import Isa

EVERYTHING = frozenset(
    name
    for kernel in cmsis_nn.kernels(Context(Isa.DSP, (7, 0), frozenset()))
    for name in kernel.functions
)


def refused(
    symbol: str,
    build: Any,
    version: tuple[int, int] = (7, 0),
    isa: Isa = Isa.DSP,
    **inputs: Any,
) -> str:
    return refusal(kernel_for(symbol, Context(isa, version, EVERYTHING)), build, **inputs)


def conv(weights: tuple[int, ...], **attributes: Any) -> Any:
    case = {"strides": (1, 1), "dilation": (1, 1), "padding": (0, 0), "groups": 1}
    return convolution(case | {"weights": weights} | attributes, 0)


def test_a_function_that_is_not_there_is_named() -> None:
    kernel = kernel_for("tc_cmsis_conv2d_s8", Context(Isa.DSP, (4, 0), frozenset()))
    assert refusal(kernel, conv((4, 1, 1, 2)), x=(1, 4, 4, 2)) == (
        "tc_cmsis_conv2d_s8 does not apply: CMSIS-NN has arm_convolve_wrapper_s8 "
        "(version 4.0 at hand has not)"
    )


def test_groups_need_version_6() -> None:
    build = conv((4, 3, 3, 2), groups=2)
    assert refused("tc_cmsis_conv2d_s8", build, x=(1, 4, 4, 4)) == "None"
    found = refused("tc_cmsis_conv2d_s8", build, (5, 0), x=(1, 4, 4, 4))
    assert found.endswith("has one group, or CMSIS-NN is version 6 or newer (2 groups)")


@pytest.mark.parametrize(
    ("width", "padding", "stride", "found"),
    [
        (8, (0, 2), 1, "by 0 of 2 on the left"),
        (6, (0, 0), 3, "2 columns of it are not used"),
        (3, (1, 1), 1, "None"),
        (8, (1, 2), 1, "None"),
        (11, (2, 2), 4, "by 2 in steps of 4 up to 2"),
        (12, (1, 2), 4, "by 2 in steps of 4 up to 2"),
        (13, (1, 1), 4, "None"),
        (3, (3, 3), 1, "None"),
    ],
)
def test_rows_that_mve_code_gets_wrong_are_refused(
    width: int, padding: tuple[int, int], stride: int, found: str
) -> None:
    sides = (0, padding[0], 0, padding[1])
    build = conv((4, 1, 4 if stride == 3 else 3, 4), padding=sides, strides=(1, stride))
    symbol, shape = "tc_cmsis_conv2d_s8", (1, 1, width, 4)
    assert refused(symbol, build, isa=Isa.MVE, x=shape).rpartition("(")[2].rstrip(")") == found
    assert refused(symbol, build, isa=Isa.DSP, x=shape) == "None"
    assert refused(symbol, build, (4, 0), Isa.MVE, x=shape) == "None"


@pytest.mark.parametrize("version", [(4, 0), (7, 0)])
def test_rows_that_padding_multiplies_are_refused(version: tuple[int, int]) -> None:
    build = conv((4, 1, 3, 4), padding=(0, 1, 1, 1))
    found = refused("tc_cmsis_conv2d_s8", build, version, Isa.MVE, x=(1, 1, 8, 4))
    assert found.endswith("(above or below, to 2)")
    assert refused("tc_cmsis_conv2d_s8", build, version, x=(1, 1, 8, 4)) == "None"


@pytest.mark.parametrize("symbol", ["tc_cmsis_depthwise_conv2d_s8", "tc_cmsis_depthwise_conv2d_s4"])
def test_a_depthwise_window_of_padding_alone_is_refused(symbol: str) -> None:
    def build(x: Any) -> Any:
        weights = real(np.ones((20, 3, 3, 1), np.int8), 0.1, 0)
        layout = LAYOUT | {"groups": 20, "padding": (0, 3, 0, 1)}
        return quantized(relax.op.nn.conv2d(real(x), weights, **layout))

    found = refused(symbol, build, x=(1, 4, 4, 20))
    assert found.endswith("(that of output pixel (0, 0) has none)")


def test_ends_of_a_row_that_meet_are_refused_before_version_6() -> None:
    build = conv((4, 1, 3, 4), padding=(0, 1, 0, 1))
    found = refused("tc_cmsis_conv2d_s8", build, (5, 0), Isa.MVE, x=(1, 1, 1, 4))
    assert found.endswith("or CMSIS-NN is version 6 or newer (1 + 1 of 1)")


@pytest.mark.parametrize(("padding", "applies"), [((2, 2), True), ((3, 1), False), ((1, 3), False)])
def test_rows_with_windows_of_padding_alone_are_refused_by_version_4_0(
    padding: tuple[int, int], applies: bool
) -> None:
    build = conv((4, 1, 3, 4), padding=(0, padding[0], 0, padding[1]))
    found = refused("tc_cmsis_conv2d_s8", build, (4, 0), Isa.MVE, x=(1, 1, 6, 4))
    assert found == "None" if applies else found.endswith(" has none)")


def test_depthwise_of_one_channel_is_refused() -> None:
    found = refused("tc_cmsis_depthwise_conv2d_s8", conv((4, 3, 3, 1)), x=(1, 4, 4, 1))
    assert "The input has several channels" in found and found.endswith("(it has one)")


def test_weights_of_many_scales_are_refused_where_one_is_meant() -> None:
    def build(x: Any) -> Any:
        scales = relax.const(np.array([0.1, 0.2], np.float32))
        w = relax.op.dequantize(relax.const(np.ones((3, 2), np.int8)), scales, relax.const(0), 1)
        return quantized(relax.op.matmul(real(x), w))

    found = refused("tc_cmsis_fully_connected_s8", build, x=(1, 3))
    assert found.endswith("The weights have one scale (they have 2)")


def test_a_pool_with_dilation_is_refused() -> None:
    def build(x: Any) -> Any:
        return relax.op.nn.max_pool2d(x, (2, 2), dilation=(2, 2), layout="NHWC")

    found = refused("tc_cmsis_max_pool2d_s8", build, x=(1, 4, 4, 1))
    assert found.endswith("The window has no dilation (it has (2, 2))")


def test_a_max_pool_with_an_empty_window_is_refused() -> None:
    def build(x: Any) -> Any:
        return relax.op.nn.max_pool2d(x, (1, 1), padding=(0, 0, 0, 1), layout="NHWC")

    found = refused("tc_cmsis_max_pool2d_s8", build, x=(1, 2, 2, 1))
    assert found.endswith(
        "Every window holds a pixel of the input (that of output pixel (0, 2) has none)"
    )


def test_a_single_tap_with_padding_is_refused() -> None:
    build = conv((4, 1, 1, 4), padding=(0, 0, 0, 1))
    found = refused("tc_cmsis_conv2d_s8", build, x=(1, 2, 2, 4))
    assert found.endswith("has no padding on the right or below either (it has)")


def test_a_difference_is_refused() -> None:
    found = refused(
        "tc_cmsis_add_s8", lambda x, y: quantized(subtract(real(x), real(y))), x=(2,), y=(2,)
    )
    assert found.endswith("It is a sum (it is a difference)")


def test_broadcasting_is_refused() -> None:
    found = refused(
        "tc_cmsis_mul_s8", lambda x, y: quantized(multiply(real(x), real(y))), x=(4, 2), y=(2,)
    )
    assert found.endswith("nothing is broadcast ((4, 2) and (2,))")


@pytest.mark.parametrize(
    ("input_scale", "output", "found"),
    [
        (0.1, (1 / 255, -128), "zero point -128 (they are 0.00392157 and -128)"),
        (1e-9, (1 / 256, -128), "The input's scale is at least 2^-26 (it is 1e-09)"),
    ],
)
def test_softmax_in_other_scales_is_refused(input_scale: float, output: Any, found: str) -> None:
    def build(x: Any) -> Any:
        return quantized(relax.op.nn.softmax(real(x, input_scale), -1), *output)

    assert refused("tc_cmsis_softmax_s8", build, x=(1, 4)).endswith(found)


def upsampled(weights: tuple[int, ...], **attributes: Any) -> Any:
    case = {"strides": (2, 2), "padding": (0, 0, 0, 0), "output_padding": (0, 0)}
    return transposed_convolution(case | {"weights": weights} | attributes, 0)


@pytest.mark.parametrize(
    ("kernel", "attributes", "found"),
    [
        (3, {}, "None"),
        (4, {"padding": (1, 1, 1, 1)}, "than the input (it is 1, the stride 2)"),
        (3, {"padding": (0, 0, 2, 0)}, "a stride before (it ends with row 7 of 9)"),
        (3, {"output_padding": (0, 1)}, "a stride before (it ends with column 10 of 9)"),
    ],
)
def test_rows_that_do_not_roll_are_refused(kernel: int, attributes: Any, found: str) -> None:
    build = upsampled((4, kernel, kernel, 2), **attributes)
    symbol = "tc_cmsis_transpose_conv2d_s8"
    assert refused(symbol, build, x=(1, 4, 4, 2)).endswith(found)
    assert refused(symbol, build, (6, 0), x=(1, 4, 4, 2)) == "None"


@pytest.mark.parametrize(
    ("channels", "attributes", "found"),
    [
        (17, {}, "None"),
        (16, {}, "for few, does not apply (it has 16)"),
        (16, {"padding": (1, 1, 0, 0)}, "None"),
        (17, {"strides": (3, 1)}, "Strides are 1 or 2 (they are (3, 1))"),
        (17, {"padding": (0, 3, 0, 0)}, "than the kernel is high and wide (0 and 3)"),
    ],
)
def test_convolutions_that_do_not_upscale_are_refused(
    channels: int, attributes: Any, found: str
) -> None:
    build = upsampled((4, 3, 3, channels), **attributes)
    symbol = "tc_cmsis_transpose_conv2d_upscaled_s8"
    assert refused(symbol, build, x=(1, 4, 4, channels)).endswith(found)
    older = refused(symbol, build, (6, 0), x=(1, 4, 4, channels))
    assert older.endswith("CMSIS-NN is version 7 or newer (it is version 6.0)")


def test_another_transpose_before_a_product_is_refused() -> None:
    def build(a: Any, b: Any) -> Any:
        moved = relax.op.permute_dims(b, [2, 1, 0])
        return quantized(relax.op.matmul(real(a), real(moved)))

    found = refused("tc_cmsis_matmul_s8", build, a=(2, 3, 4), b=(2, 4, 2))
    assert found.endswith("in its last two axes (its axes become (2, 1, 0))")


def test_transposes_of_wider_elements_are_refused() -> None:
    build = lambda x: relax.op.permute_dims(x, [1, 0])  # noqa: E731
    found = refused("tc_cmsis_transpose_s8", build, dtype="int16", x=(2, 3))
    assert found.endswith("Elements are of one byte (they are int16)")


def test_padding_of_five_dimensions_is_refused() -> None:
    found = refused("tc_cmsis_pad_s8", lambda x: relax.op.nn.pad(x, [1, 1] * 5), x=(2,) * 5)
    assert found.endswith("the ones before them (5 remain)")


@pytest.mark.parametrize(
    ("shape", "axes", "found"),
    [
        ((2, 2, 2, 2), (1, 0, 3, 2), "None"),
        ((2,) * 5, (4, 3, 2, 1, 0), "once those that stay neighbours are joined (5 remain)"),
        ((2, 9363), (1, 0), "No dimension is then above 9362 (one is 9363)"),
        ((1, 3), (1, 0), "The order of elements changes (it does not)"),
    ],
)
def test_transposes_beyond_cmsis_nn_are_refused(shape: Any, axes: Any, found: str) -> None:
    build = lambda x: relax.op.permute_dims(x, axes)  # noqa: E731
    assert refused("tc_cmsis_transpose_s8", build, x=shape).endswith(found)


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ((65536, 2), (65536, 3), "of at most 65535 bytes (65536 rows)"),
        ((70000,), (70000,), "None"),
        ((65536,), (1,), "of at most 65535 bytes (65537 units in a row)"),
    ],
)
def test_long_rows_of_a_concatenation_are_refused(first: Any, second: Any, found: str) -> None:
    def build(x: Any, y: Any) -> Any:
        return relax.op.concat([x, y], -1)

    assert refused("tc_cmsis_concat_s8", build, x=first, y=second).endswith(found)

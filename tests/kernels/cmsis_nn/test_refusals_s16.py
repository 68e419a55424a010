"""What kernels for int16 that call CMSIS-NN leave to portable ones."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels.cmsis_nn.test_kernels_s16 import product, softmax
from tests.kernels.cmsis_nn.test_refusals import refused
from tests.kernels.graphs import quantized, real
from tinycompile.rewriting.qdq import add_integers
from tinycompile.target import Isa

SCALES = {"input": np.float32(0.25), "weights": np.float32(0.5)}


def left(sums: Any, count: int, bias: str, scale: float) -> Any:
    if bias:
        value = np.ones(count, bias)
        sums = add_integers(sums, value, np.full(count, SCALES["input"] * SCALES["weights"]))
    return quantized(sums, scale, 0, "int16")


def conv(
    depth: int = 2,
    filters: int = 2,
    groups: int = 1,
    taps: int = 1,
    bias: str = "",
    weight: int = 1,
    scale: float = 0.1,
    padding: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> Any:
    def build(x: Any) -> Any:
        weights = np.full((filters, 1, taps, depth // groups), weight, np.int8)
        layout = {"data_layout": "NHWC", "kernel_layout": "OHWI", "groups": groups}
        operands = real(x, SCALES["input"], 0), real(weights, SCALES["weights"], 0)
        out = relax.op.nn.conv2d(*operands, padding=padding, **layout)
        return left(out, filters, bias, scale)

    return build


@pytest.mark.parametrize(
    ("options", "version", "found"),
    [
        ({"bias": "int64"}, (7, 0), "None"),
        ({"bias": "int64"}, (4, 0), "None"),
        ({"bias": "int32"}, (6, 0), "None"),
        ({"bias": "int32"}, (5, 0), "CMSIS-NN is version 6 or newer (it is int32)"),
        ({"groups": 2}, (7, 0), "The convolution has one group (it has 2)"),
        ({"depth": 21846, "taps": 3, "weight": 0}, (7, 0), "65535 products (it has 65538)"),
        ({"depth": 21846, "taps": 3, "weight": 0}, (5, 0), "None"),
        (
            {"depth": 600, "weight": 127, "scale": 0.002},
            (7, 0),
            "before it is clamped, can reach 2^29 (one may reach 1.561e+11)",
        ),
    ],
)
def test_convolutions(options: dict[str, Any], version: tuple[int, int], found: str) -> None:
    shape = (1, 2, 4, options.get("depth", 2))
    build = conv(**options)
    told = refused("tc_cmsis_conv2d_s16", build, version, dtype="int16", x=shape)
    assert told.endswith(found)


@pytest.mark.parametrize(
    ("depth", "weight", "width", "bias", "worst"),
    [
        (511, -128, 1, "int64", None),
        (512, -128, 2, "int64", 2**31),
        (520, 127, 2, "int64", None),  # beyond 512 products sums have 64 bits
        (520, 127, 3, "int64", 520 * 127 * 2**15),  # but not of the last of an odd number of pixels
        (520, 127, 2, "int32", 520 * 127 * 2**15 + 1),
    ],
)
def test_long_sums(depth: int, weight: int, width: int, bias: str, worst: int | None) -> None:
    build = conv(depth=depth, weight=weight, bias=bias, scale=100.0)
    options = {"dtype": "int16", "x": (1, 1, width, depth)}
    told = refused("tc_cmsis_conv2d_s16", build, **options)
    assert told.endswith(f"(they may reach {worst})" if worst else "None")
    if bias == "int64":
        assert refused("tc_cmsis_conv2d_s16", build, (5, 0), **options) == "None"


@pytest.mark.parametrize(
    ("depth", "filters", "found"),
    [
        (513, 3, "at most 512 products, or 4n (3 filters of 513 products)"),
        (513, 2, "None"),
        (511, 3, "None"),
        (516, 3, "None"),
    ],
)
def test_a_last_filter_that_dsp_code_reads_too_far_is_refused(
    depth: int, filters: int, found: str
) -> None:
    build = conv(depth=depth, filters=filters)
    options = {"dtype": "int16", "x": (1, 1, 2, depth)}
    assert refused("tc_cmsis_conv2d_s16", build, **options).endswith(found)
    assert refused("tc_cmsis_conv2d_s16", build, (5, 0), **options) == "None"
    assert refused("tc_cmsis_conv2d_s16", build, isa=Isa.MVE, **options) == "None"


@pytest.mark.parametrize(
    ("channels", "options", "found"),
    [
        (2, {"bias": "int64"}, "None"),
        (2, {"bias": "int32"}, "The bias is int64, or there is none (it is int32)"),
        (1, {}, "faster as that (it has one)"),
        (2, {"padding": (0, 0, 1, 0)}, "(that of output pixel (2, 0) has none)"),
        (2, {"weight": 127, "taps": 2, "scale": 1e-3}, "2^29 (one may reach 1.04e+09)"),
    ],
)
def test_depthwise(channels: int, options: dict[str, Any], found: str) -> None:
    build = conv(depth=channels, groups=channels, **options)
    shape = (1, 2, 2, channels)
    told = refused("tc_cmsis_depthwise_conv2d_s16", build, dtype="int16", x=shape)
    assert told.endswith(found)


@pytest.mark.parametrize(
    ("depth", "options", "found"),
    [
        (511, {"weight": -128, "bias": "int64"}, "None"),
        (9, {"bias": "int32"}, "The bias is int64, or there is none (it is int32)"),
        (600, {"weight": -128}, "adds in 32 bits, fit them (they may reach 2147483648)"),
        (9, {"weight": 127, "scale": 1e-3}, "2^29 (one may reach 4.682e+09)"),
        (9, {"scales": 2}, "The weights have one scale (they have 2)"),
    ],
)
def test_fully_connected(depth: int, options: dict[str, Any], found: str) -> None:
    weights = np.full((depth, 2), options.get("weight", 1), np.int8)
    scales = np.full(options.get("scales", ()), SCALES["weights"])

    def build(x: Any) -> Any:
        constants = relax.const(weights), relax.const(scales), relax.const(0, "int32")
        w = relax.op.dequantize(*constants, 1)
        out = relax.op.matmul(real(x, SCALES["input"], 0), w)
        return left(out, 2, options.get("bias", ""), options.get("scale", 100.0))

    told = refused("tc_cmsis_fully_connected_s16", build, dtype="int16", x=(1, depth))
    assert told.endswith(found)


def test_products_of_matrices_that_may_wrap_are_refused() -> None:
    shapes = {"a": (2, 8), "b": (8, 2)}
    symbol = "tc_cmsis_matmul_s16"
    assert refused(symbol, product(False), dtype="int16", **shapes) == "None"
    found = refused(symbol, product(False, 2.0**-24), dtype="int16", **shapes)
    assert found.endswith("can reach 2^29 (one may reach 1.074e+09)")


@pytest.mark.parametrize(("length", "found"), [(1, "(it has 1)"), (8, "None"), (9, "(it has 9)")])
def test_rows_of_softmax(length: int, found: str) -> None:
    told = refused("tc_cmsis_softmax_s16", softmax(0.01), dtype="int16", x=(3, length))
    assert told.endswith(found)


def test_padding_by_other_than_equal_bytes_is_refused() -> None:
    def build(value: int) -> Any:
        return lambda x: relax.op.nn.pad(x, [1, 1], "constant", value)

    assert refused("tc_cmsis_pad_s8", build(-1), dtype="int16", x=(2,)) == "None"
    found = refused("tc_cmsis_pad_s8", build(256), dtype="int16", x=(2,))
    assert found.endswith("The bytes of the value are equal, as those of 0 (they are 00 01)")

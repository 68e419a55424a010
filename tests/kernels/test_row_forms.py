"""Kernels make the same row by row as at once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from tvm import relax

from tests.kernels import batch, cases
from tests.kernels.dsp import convolutions as dsp_convolutions
from tests.kernels.dsp import (
    test_dsp_conv2d_patches_s8,
    test_dsp_conv2d_s8,
    test_dsp_depthwise_conv2d_3x3_s8,
    test_dsp_depthwise_conv2d_direct_s8,
    test_dsp_pointwise_s8,
)
from tests.kernels.graphs import matched, quantized, real
from tests.kernels.mve import convolutions as mve_convolutions
from tests.kernels.mve import (
    test_mve_depthwise_conv2d_4x4_s8,
    test_mve_depthwise_conv2d_row_s8,
    test_mve_depthwise_conv2d_s8,
)
from tests.kernels.portable.s8.test_conv2d_s8 import convolutions
from tests.kernels.portable.s8.test_depthwise_conv2d_s8 import convolutions as depthwise
from tests.kernels.row_forms import by_rows
from tests.kernels.runtime import Run
from tinycompile.call import Call
from tinycompile.kernel import Kernel
from tinycompile.kernels import dsp, mve, portable
from tinycompile.kernels.dsp import (
    dsp_conv2d_patches_s8,
    dsp_conv2d_s8,
    dsp_depthwise_conv2d_3x3_s8,
    dsp_depthwise_conv2d_direct_s8,
    dsp_pointwise_s8,
)
from tinycompile.kernels.mve import (
    mve_conv2d_s8,
    mve_depthwise_conv2d_4x4_s8,
    mve_depthwise_conv2d_row_s8,
    mve_depthwise_conv2d_s8,
)
from tinycompile.kernels.shared import window
from tinycompile.row_form import Reads

KERNELS = {
    kernel.symbol: kernel for kernel in [*portable.kernels(), *dsp.kernels(), *mve.kernels()]
}


def check(run: Run, kernel: Kernel, call: Call, inputs: list[Any], output: tuple[int, ...]) -> None:
    assert kernel.rows is not None
    form = kernel.rows(call, [x.shape for x in inputs], output)
    assert form is not None
    expected = kernel.reference(call.params, *inputs).reshape(output)
    np.testing.assert_array_equal(by_rows(run, kernel, form, inputs, expected), expected)


CONVOLUTIONS = {"tc_conv2d_s8": convolutions(), "tc_depthwise_conv2d_s8": depthwise()}


@pytest.mark.parametrize("symbol", CONVOLUTIONS)
def test_convolutions(run: Run, symbol: str) -> None:
    @given(p=CONVOLUTIONS[symbol], seed=cases.SEEDS)
    def holds(p: dict[str, Any], seed: int) -> None:
        x = cases.int8(seed, 1, p["input_h"], p["input_w"], p["input_c"])
        output = (1, p["output_h"], p["output_w"], p["output_c"])
        check(run, KERNELS[symbol], Call(("input",), p), [x], output)

    holds()


@pytest.mark.parametrize(
    "symbol", ["tc_avg_pool2d_s8", "tc_max_pool2d_s8", "tc_avg_pool2d_rescale_s8"]
)
def test_pools(run: Run, symbol: str) -> None:
    more = {
        "count_padding": 0, "fraction_bits": 8, "input_zero_point": 3, "output_zero_point": -4,
        "min": -100, "max": 90, "multiplier": 1 << 30, "shift": -7,
    } if "rescale" in symbol else {"min": -100, "max": 90}  # fmt: skip

    @given(p=cases.pools(), seed=cases.SEEDS)
    def holds(p: dict[str, Any], seed: int) -> None:
        assume("avg" not in symbol or (window.counts(p) > 0).all())
        x = cases.int8(seed, 1, p["input_h"], p["input_w"], p["channels"])
        output = (1, p["output_h"], p["output_w"], p["channels"])
        check(run, KERNELS[symbol], Call(("input",), p | more), [x], output)

    holds()


OF_OTHERS = {  # parameters of the portable kernel, and what another makes of them
    "tc_dsp_pointwise_s8": (test_dsp_pointwise_s8.parameters, dsp_pointwise_s8.call),
    "tc_dsp_conv2d_s8": (test_dsp_conv2d_s8.parameters, dsp_conv2d_s8.call),
    "tc_dsp_conv2d_patches_s8": (test_dsp_conv2d_patches_s8.parameters, dsp_conv2d_patches_s8.call),
    "tc_dsp_depthwise_conv2d_direct_s8": (
        test_dsp_depthwise_conv2d_direct_s8.parameters,
        dsp_depthwise_conv2d_direct_s8.call,
    ),
    "tc_dsp_depthwise_conv2d_3x3_s8": (
        test_dsp_depthwise_conv2d_3x3_s8.parameters,
        dsp_depthwise_conv2d_3x3_s8.call,
    ),
    "tc_mve_conv2d_s8": (mve_convolutions.of_one_group, mve_conv2d_s8.call),
    "tc_mve_depthwise_conv2d_row_s8": (
        test_mve_depthwise_conv2d_row_s8.parameters,
        mve_depthwise_conv2d_row_s8.call,
    ),
    "tc_mve_depthwise_conv2d_s8": (
        test_mve_depthwise_conv2d_s8.parameters,
        mve_depthwise_conv2d_s8.call,
    ),
    "tc_mve_depthwise_conv2d_4x4_s8": (
        test_mve_depthwise_conv2d_4x4_s8.parameters,
        mve_depthwise_conv2d_4x4_s8.call,
    ),
}
CORES = {"dsp": "cortex-m4", "mve": "cortex-m55"}


def made_of_portable(symbol: str, seed: int, count: int) -> Iterator[batch.Case]:
    parameters, call = OF_OTHERS[symbol]
    rng, kernel = np.random.default_rng(seed), KERNELS[symbol]
    assert kernel.rows
    for _ in range(count):
        p = parameters(rng)
        x = dsp_convolutions.image(rng, p)
        made = call(Call(("input",), p))
        expected = np.asarray(kernel.reference(made.params, x)).reshape(-1)
        shapes = [(1, *(p[f"{of}_{d}"] for d in "hwc")) for of in ("input", "output")]
        form = kernel.rows(made, shapes[:1], shapes[1])
        if form and any(at is not None for y in range(form.height) for at in form.reads[0].rows(y)):
            yield batch.Case(kernel, made, [x], expected, form)


@pytest.mark.parametrize("symbol", OF_OTHERS)
def test_convolutions_of_other_families_here(symbol: str, tmp_path: Path) -> None:
    cases = list(made_of_portable(symbol, 1, 24))
    assert len(cases) > 8
    batch.run(cases, tmp_path)


@pytest.mark.parametrize("family", CORES)
def test_convolutions_on_a_core(family: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    symbols = [symbol for symbol in OF_OTHERS if KERNELS[symbol].family == family]
    cases = [case for symbol in symbols for case in made_of_portable(symbol, 2, 24)]
    batch.run(cases, tmp_path, batch.Build(CORES[family], optimize="-O2"))


ROW = (1, 6, 5, 4)
COLUMN = np.arange(4, dtype=np.int8)


def add(x: Any, y: Any = COLUMN) -> Any:
    return quantized(relax.op.add(real(x), real(y)))


def multiply(x: Any, y: Any = COLUMN) -> Any:
    return quantized(relax.op.multiply(real(x), real(y)))


def joined(x: Any, y: Any) -> Any:
    return relax.op.concat([x, y], 3)


def prelu(x: Any) -> Any:
    return quantized(relax.op.nn.prelu(real(x), real(COLUMN), axis=3))


def mean(x: Any) -> Any:
    return quantized(relax.op.mean(real(x), [1, 2], keepdims=True))


def whole_pool(x: Any) -> Any:
    return quantized(relax.op.nn.avg_pool2d(real(x), (6, 5), layout="NHWC"), 0.05, 3)


def enlarged(x: Any) -> Any:
    return relax.op.image.resize2d(
        x,
        relax.ShapeExpr((9, 15)),
        layout="NHWC",
        method="nearest_neighbor",
        coordinate_transformation_mode="asymmetric",
        rounding_method="floor",
    )


Graph = tuple[Callable[..., Any], dict[str, tuple[int, ...]]]
GRAPHS: dict[str, Graph] = {  # that kernels cover, and shapes of inputs
    "tc_add_s8": (add, {"x": ROW, "y": ROW}),
    "tc_mul_s8": (multiply, {"x": ROW, "y": (1, 1, 1, 4)}),
    "tc_min_max_s8": (lambda x, y: relax.op.maximum(x, y), {"x": (1, 1, 5, 4), "y": ROW}),
    "tc_add_constant_s8": (add, {"x": ROW}),
    "tc_mul_constant_s8": (multiply, {"x": ROW}),
    "tc_min_max_constant_s8": (lambda x: relax.op.minimum(x, relax.const(COLUMN)), {"x": ROW}),
    "tc_prelu_s8": (prelu, {"x": ROW}),
    "tc_table_s8": (lambda x: quantized(relax.op.tanh(real(x))), {"x": ROW}),
    "tc_rescale": (lambda x: quantized(real(x), dtype="int16", zero_point=0), {"x": ROW}),
    "tc_quantize_f32_s8": (lambda x: quantized(x), {"x": ROW}),
    "tc_dequantize_s8_f32": (lambda x: real(x), {"x": ROW}),
    "tc_mean_s8": (mean, {"x": ROW}),
    "tc_avg_pool2d_s8": (whole_pool, {"x": ROW}),
    "tc_concat": (joined, {"x": ROW, "y": (1, 6, 5, 3)}),
    "tc_dsp_add_s8": (add, {"x": ROW, "y": ROW}),
    "tc_dsp_add_exact_s8": (add, {"x": ROW, "y": (1, 6, 1, 4)}),
    "tc_dsp_mul_s8": (multiply, {"x": ROW, "y": (1, 1, 1, 4)}),
    "tc_dsp_min_max_s8": (lambda x, y: relax.op.maximum(x, y), {"x": (1, 1, 5, 4), "y": ROW}),
    "tc_resize_nearest": (enlarged, {"x": ROW}),
}
GRAPHS |= {
    kernel.symbol: GRAPHS[kernel.symbol.replace("mve_", "")]
    for kernel in mve.kernels()
    if kernel.rows and kernel.symbol not in OF_OTHERS
}


@pytest.mark.parametrize("symbol", GRAPHS)
def test_graphs(run: Run, symbol: str) -> None:
    build, shapes = GRAPHS[symbol]
    dtype = "float32" if "quantize_f32_s8" in symbol else "int8"
    match = matched(KERNELS[symbol], build, dtype, **shapes)
    assert KERNELS[symbol].refusal(match) is None
    of = np.random.default_rng(1).standard_normal(ROW, np.float32) * 9
    of_int8 = [cases.int8(i, *shape) for i, shape in enumerate(shapes.values())]
    inputs = [of] if dtype == "float32" else of_int8
    output = match.shape("root") if "root" in match else ROW
    check(run, KERNELS[symbol], KERNELS[symbol].lower(match), inputs, output)


def test_every_kernel_that_can_is_tested_row_by_row() -> None:
    windows = {*CONVOLUTIONS, "tc_max_pool2d_s8", "tc_avg_pool2d_rescale_s8"}
    assert {
        k.symbol for k in KERNELS.values() if k.rows
    } == windows | GRAPHS.keys() | OF_OTHERS.keys()


def test_images_of_a_batch_and_constants_that_change_from_row_to_row_have_no_rows() -> None:
    x = matched(
        KERNELS["tc_max_pool2d_s8"],
        lambda x: relax.op.nn.max_pool2d(x, layout="NHWC"),
        x=(2, 4, 4, 1),
    )
    of = KERNELS["tc_max_pool2d_s8"]
    assert of.rows is not None
    assert of.rows(of.lower(x), [(2, 4, 4, 1)], (2, 4, 4, 1)) is None
    rows = np.arange(6, dtype=np.int8).reshape(6, 1, 1)
    of = KERNELS["tc_add_constant_s8"]
    y = matched(of, lambda x: quantized(relax.op.add(real(x), real(rows))), x=ROW)
    assert of.rows is not None
    assert of.rows(of.lower(y), [ROW], ROW) is None


def test_rows_of_a_window_lie_in_the_input_or_are_padding() -> None:
    reads = Reads(tuple(range(5)), taps=3, stride=2, dilation=2, pad=1)
    assert [reads.rows(y) for y in range(3)] == [[None, 1, 3], [1, 3, None], [3, None, None]]
    assert reads.height == 5

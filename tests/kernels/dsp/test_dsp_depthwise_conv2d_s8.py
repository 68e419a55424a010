"""Depthwise convolutions of any window: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch
from tests.kernels.dsp import convolutions
from tests.kernels.graphs import quantized, real, refusal
from tinycompile.call import Call
from tinycompile.kernels.dsp import dsp_depthwise_conv2d_s8
from tinycompile.kernels.dsp.dsp_depthwise_conv2d_s8 import KERNEL
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.shared import window


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel: windows of all kinds, one row or column among them."""
    channels, filters = int(rng.choice([1, 3, 4, 5, 8])), int(rng.choice([1, 1, 2, 3]))
    if channels * filters < 4:
        return parameters(rng)
    p = {"input_c": channels, "output_c": channels * filters}
    line = rng.integers(6)  # 0 and 1: the image is one row or one column
    for i, (along, pad) in enumerate((("h", "pad_top"), ("w", "pad_left"))):
        kernel, stride, dilation = int(rng.integers(1, 8)), int(rng.integers(1, 4)), 1
        size = int(rng.integers(1, 40 if line == 1 - i else 9))
        if rng.random() < 0.2 and stride == 1:
            dilation = int(rng.integers(2, 4))
        if line == i:
            kernel, stride, size = 1, 1, 1
        before, after = rng.integers(0, (kernel - 1) * dilation + 1, 2)
        reach = (kernel - 1) * dilation + 1
        size = max(size, reach - int(before) - int(after), 1)
        p |= {f"input_{along}": size, f"kernel_{along}": kernel, f"stride_{along}": stride}
        p |= {f"output_{along}": (size + int(before) + int(after) - reach) // stride + 1}
        p |= {f"dilation_{along}": dilation, pad: int(before)}
    if window.empty(p):
        return parameters(rng)
    tables = convolutions.tables(rng, (channels * filters, p["kernel_h"], p["kernel_w"]))
    weights = np.ascontiguousarray(np.moveaxis(tables["weights"], 0, 2))
    if rng.random() < 0.2:
        weights[...] = -128
    elif rng.random() < 0.2:
        weights >>= 4
    return p | convolutions.zero_points_and_bounds(rng) | tables | {"weights": weights}


def cases(seed: int, count: int = 60) -> list[batch.Case]:
    rng = np.random.default_rng(seed)
    found: list[batch.Case] = []
    while len(found) < count:
        p = parameters(rng)
        if max(p["shifts"]) > -1:
            continue
        if rng.random() < 0.2:
            p["shifts"][rng.integers(p["output_c"])] = -rng.integers(23, 31)
        x = convolutions.image(rng, p)
        call = dsp_depthwise_conv2d_s8.call(Call(("input",), p))
        found.append(batch.Case(KERNEL, call, [x], depthwise_conv2d_s8.reference(p, x)))
    return found


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    for case in cases(0, 200):
        made = KERNEL.reference(case.call.params, *case.inputs)
        np.testing.assert_array_equal(made.reshape(case.expected.shape), case.expected)


@pytest.mark.parametrize("core", ["host", "cortex-m4", "cortex-m33"])
def test_random_layers(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    optimize = "-O1" if core == "host" else "-O2"
    batch.run(cases(1, 100), tmp_path, batch.Build(core, optimize=optimize))


def test_some_have_weights_of_4_bits() -> None:
    widened = [case.call.params["widen"] is not None for case in cases(1, 100)]
    assert 3 < sum(widened) < len(widened)


def test_bands_of_large_images(tmp_path: Path) -> None:
    found = []
    for stride in (1, 2):
        sizes = {
            "input_h": 50, "input_w": 200, "input_c": 5, "kernel_h": 5, "kernel_w": 6, "output_c": 5,
            "stride_h": 1, "stride_w": stride, "dilation_h": 2, "dilation_w": 1,
            "output_h": 44, "output_w": 197 // stride, "pad_top": 1, "pad_left": 2,
        }  # fmt: skip
        rng = np.random.default_rng(3)
        p = parameters(rng)
        while p["input_c"] != 5 or p["output_c"] != 5 or max(p["shifts"]) > -1:
            p = parameters(rng)
        p |= sizes | {"weights": rng.integers(-128, 128, (5, 6, 5)).astype(np.int8)}
        call = dsp_depthwise_conv2d_s8.call(Call(("input",), p))
        assert call.params["band"] < call.params["output_h"]
        x = convolutions.image(rng, p)
        found.append(batch.Case(KERNEL, call, [x], depthwise_conv2d_s8.reference(p, x)))
    batch.run(found, tmp_path)


def refused(
    scale: float,
    window: tuple[int, int] = (3, 5),
    channels: int = 4,
    **how: Any,
) -> str:
    of = how.pop("kernel", KERNEL)
    weights = np.ones((channels, *window, 1), np.int8)

    def graph(x: Any) -> Any:
        layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI", "groups": channels}
        conv = relax.op.nn.conv2d(real(x, 0.1), real(weights, 0.1, 0), **layouts, **how)
        return quantized(conv, scale)

    return refusal(of, graph, x=(1, 20, 20, channels))


def test_large_factors_are_refused() -> None:
    assert refused(0.1) == refused(1e6) == "None"
    assert refused(0.02).endswith("is less than 1/2 (one is 0.5)")


def test_empty_windows_are_refused() -> None:
    assert "Every window holds a pixel" in refused(0.1, padding=(3, 0, 0, 0))


def test_dilated_windows_with_strides_are_refused() -> None:
    rule = "Along rows and along columns, the stride is 1 or the dilation is"
    how = {"strides": (1, 2), "dilation": (1, 2), "padding": (0, 4, 0, 4)}
    assert refused(0.1, **how).endswith(f"{rule} (they are 2 and 2)")
    assert refused(0.1, **how | {"dilation": (2, 1)}) == "None"


def test_large_windows_are_refused() -> None:
    assert refused(0.1, window=(20, 20)).endswith("there are at most 40 (they are 220)")


def test_few_channels_are_refused() -> None:
    assert refused(0.1, channels=3).endswith("The output has 4 channels or more (it has 3)")
    assert refused(0.1, channels=1).endswith("and faster as that (it has one)")


def test_single_results_are_refused() -> None:
    assert refused(0.1, window=(20, 1), padding=(0, 0, 0, 0)) == "None"
    assert refused(0.1, window=(2, 15), strides=(20, 20)).endswith("(there are 1 of 30 taps)")

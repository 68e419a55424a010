"""Depthwise 3x3 convolutions with ReLU: random ones equal the portable kernel; what is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.kernels import batch, layers
from tests.kernels.dsp import convolutions
from tests.kernels.graphs import quantized, real, refusal
from tests.kernels.runtime import Run
from tinycompile.call import IN_PLACE
from tinycompile.kernels.dsp import dsp_depthwise_conv2d_3x3_s8
from tinycompile.kernels.dsp.dsp_depthwise_conv2d_3x3_s8 import KERNEL, strip
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.shared import window


def parameters(rng: np.random.Generator) -> dict[str, Any]:
    """Of the portable kernel: images that are narrow, wide, or in several strips and bands."""
    stride, channels = int(rng.choice([1, 1, 2])), int(rng.choice([4, 8, 8, 5, 7, 12]))
    most = 70 if rng.random() < 0.2 else 12
    (oh, ow), (top, left, bottom, right) = rng.integers(1, most, 2), rng.integers(0, 3, 4)
    if rng.random() < 0.5:
        top, left, bottom, right = 1, 1, 1, 1
    h, w = (int((o - 1) * stride + 3 - a - b) for o, a, b in ((oh, top, bottom), (ow, left, right)))
    p = {
        "input_h": h, "input_w": w, "input_c": channels,
        "output_h": int(oh), "output_w": int(ow), "output_c": channels,
        "kernel_h": 3, "kernel_w": 3, "stride_h": stride, "stride_w": stride,
        "dilation_h": 1, "dilation_w": 1, "pad_top": int(top), "pad_left": int(left),
    }  # fmt: skip
    if min(h, w) < 1 or oh * ow == 1 or window.empty(p):
        return parameters(rng)
    zero = int(rng.choice([-128, -128, int(rng.integers(-128, 100))]))
    bounds = [(zero, 127), (zero, int(rng.integers(zero, 128)))][int(rng.random() < 0.2)]
    p |= {
        "input_zero_point": int(rng.integers(-128, 128)), "output_zero_point": zero,
        "min": bounds[0], "max": bounds[1],
    }  # fmt: skip
    tables = convolutions.tables(rng, (channels, 3, 3))
    if rng.random() < 0.2:  # not proved, in one of four channels that may be made twice
        channel, tiny = rng.integers(channels), int(rng.integers(14, 31))
        large = 22 if tiny > 23 else int(rng.integers(22, 27))
        tables["bias"][channel], tables["multipliers"][channel] = 1 << large, 1759218604
        tables["shifts"][channel] = -tiny
    return p | tables | {"weights": np.ascontiguousarray(np.moveaxis(tables["weights"], 0, 2))}


def cases(seed: int, count: int = 60) -> list[batch.Case]:
    return layers.cases(
        dsp_depthwise_conv2d_3x3_s8,
        depthwise_conv2d_s8,
        parameters,
        convolutions.image,
        seed,
        count,
    )


def test_the_reference_is_that_of_the_portable_kernel() -> None:
    layers.check_references(cases(0, 200))


def test_cases_are_of_all_kinds() -> None:
    params = [case.call.params for case in cases(1)]
    for find in (
        lambda p: p["exact_count"] > 0,
        lambda p: p["max"] < 127,
        lambda p: p["input_step"] != p["channels"],  # turned
        lambda p: p["stride"] == 2,
        lambda p: p["strip"] < p["output_w"],
        lambda p: p["band"] < p["output_h"],
        lambda p: p["taps"][:, 9].min() < 8,
    ):
        assert 0 < sum(map(find, params)) < len(params)


def test_random_layers_here(tmp_path: Path) -> None:
    batch.run(cases(1), tmp_path)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m33"])
def test_random_layers_on_cores(core: str, tmp_path: Path, arm_gcc: str, qemu: str) -> None:
    batch.run(cases(2), tmp_path, batch.Build(core, optimize="-O2"))


def test_scratch_that_is_not_aligned_is_enough_and_nothing_is_lost_in_place(run: Run) -> None:
    """The memory of `run` ends where pages do, and scratch is 60 bytes more than a multiple of 32."""
    places = []
    for case in cases(4, 30):
        params, scratch = case.call.params, case.call.scratch
        places += KERNEL.overlaps(params)
        made = run(KERNEL, params, [*case.inputs], case.output, scratch=scratch)
        np.testing.assert_array_equal(made, case.output)
    assert 3 < places.count(IN_PLACE) < len(places)


def test_strips_are_even_and_none_is_of_one_column() -> None:
    for stride, most in ((1, 30), (2, 14)):
        for columns in range(2, 600):
            size = strip(columns, stride)
            assert size == columns or size % 2 == 0
            assert size <= most and (columns - 1) % size > 0


def refused(*shape: int, window: tuple[int, ...] = (3, 3), filters: int = 1, **how: Any) -> str:
    """Why a layer of (H, W, C) with outputs of zero point -128 is refused."""
    weights = np.ones((shape[2] * filters, *window, 1), np.int8)
    zero_point, scale = how.pop("zero_point", -128), how.pop("scale", 0.1)
    bias = np.full(len(weights), how.pop("bias", 0), np.int32)

    def graph(x: Any) -> Any:
        layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI", "groups": shape[2]}
        conv = relax.op.nn.conv2d(real(x), real(weights, 0.1, 0), **layouts, **how)
        return quantized(relax.op.add(conv, real(bias, 0.005, 0)), scale, zero_point)

    return refusal(KERNEL, graph, x=(1, *shape))


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({"window": (3, 1)}, "it is 3x1"),
        ({"dilation": (1, 2)}, "dilation is 1x2"),
        ({"filters": 2}, "channels have 2 filters each"),
        ({"strides": (2, 1)}, "strides are 2x1"),
    ],
)
def test_other_windows_are_refused(how: dict[str, Any], found: str) -> None:
    assert refused(5, 6, 4) == "None"
    assert refused(5, 6, 4, **how).endswith(f"strides are 1 or 2 ({found})")


def test_few_channels_and_single_pixels_are_refused() -> None:
    assert refused(5, 6, 3).endswith("There are 4 channels or more (there are 3)")
    assert refused(3, 3, 4).endswith("is higher or wider than one pixel (it is one pixel)")


def test_empty_windows_are_refused() -> None:
    assert "Every window holds a pixel" in refused(5, 6, 4, padding=(3, 0, 0, 0))


def test_signed_outputs_are_refused() -> None:
    assert refused(5, 6, 4, zero_point=-10).endswith("as after ReLU (-128 is, with -10)")


def test_large_factors_are_refused() -> None:
    assert refused(5, 6, 4, scale=0.005).endswith("is less than 1/2 (one is 1)")


def test_sums_too_large_for_a_tiny_factor_are_refused() -> None:
    """At 12,000,000 the result goes from 0 to 1; a bias far from that never moves."""
    assert refused(5, 6, 4, scale=1.2e5, bias=12_000_000).endswith(
        "never move (one may reach 12001116)"
    )
    assert refused(5, 6, 4, scale=1.2e5, bias=13_000_000) == "None"
    assert refused(5, 6, 4, scale=1e3, bias=12_000_000) == "None"

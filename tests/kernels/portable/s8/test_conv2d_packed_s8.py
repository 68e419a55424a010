from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tvm import relax

from tests.kernels import cases
from tests.kernels.graphs import matched, quantized, real, refusal
from tests.kernels.runtime import Run
from tests.kernels.shared.test_packing import few, packed_channels
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.portable.s8.conv2d_packed_s8 import KERNEL

FIELDS = ("bits", "codebook_step", "weights", "codebook", "bias", "multipliers", "shifts")


@st.composite
def convolutions(draw: st.DrawFn) -> dict[str, Any]:
    groups, group_in, group_out = (
        draw(st.integers(1, 4)),
        draw(st.integers(1, 5)),
        draw(st.integers(1, 3)),
    )
    size = st.integers(1, 5)
    p = {
        "input_h": draw(size), "input_w": draw(size), "input_c": groups * group_in,
        "output_h": draw(size), "output_w": draw(size), "output_c": groups * group_out,
    } | draw(cases.windows()) | {"groups": groups}  # fmt: skip
    taps = p["kernel_h"] * p["kernel_w"] * group_in
    tables = draw(packed_channels(groups * group_out, taps))
    p |= draw(cases.zero_points_and_bounds())
    return p | {name: tables[name] for name in FIELDS}


@given(p=convolutions(), seed=cases.SEEDS)
def test_c_equals_the_reference(run: Run, p: dict[str, Any], seed: int) -> None:
    x = cases.int8(seed, p["input_h"], p["input_w"], p["input_c"])
    output = np.empty((p["output_h"], p["output_w"], p["output_c"]), np.int8)
    taps = p["kernel_h"] * p["kernel_w"] * p["input_c"] // p["groups"]
    np.testing.assert_array_equal(run(KERNEL, p, [x], output, scratch=taps), KERNEL.reference(p, x))


def conv(weights: Any, groups: int = 1, scales: Any = 0.01) -> Any:
    layout = {"data_layout": "NHWC", "kernel_layout": "OHWI", "groups": groups}

    def build(x: Any) -> Any:
        return quantized(relax.op.nn.conv2d(real(x), real(weights, scales, 0), padding=1, **layout))

    return build


@pytest.mark.parametrize("groups", [1, 2, 12])
def test_a_layer_computes_the_same_packed_and_plain_in_less_flash(groups: int, run: Run) -> None:
    weights = few(np.random.default_rng(groups), (24, 3, 3, 12 // groups), 16, False)
    match = matched(KERNEL, conv(weights, groups), x=(1, 6, 7, 12))
    plain, packed = conv2d_s8.lower(match), KERNEL.lower(match)
    x = cases.int8(0, 6, 7, 12)
    like = np.empty((6, 7, 24), np.int8)
    wanted = run(conv2d_s8.KERNEL, plain.params, [x], like)
    assert np.unique(wanted).size > 20
    found = run(KERNEL, packed.params, [x], like, scratch=packed.scratch)
    np.testing.assert_array_equal(found, wanted)
    assert packed.scratch == prod(weights.shape[1:])
    assert isinstance(packed.params["weights"], np.ndarray)
    assert packed.params["weights"].nbytes == 24 * -(-packed.scratch // 2)


def test_many_values_are_refused() -> None:
    weights = np.arange(-128, 127).reshape(15, 1, 1, 17).astype(np.int8)
    assert refusal(KERNEL, conv(weights), x=(1, 4, 4, 17)) == (
        "tc_conv2d_packed_s8 does not apply: The weights of the layer, or of each output channel, have at "
        "most 16 values (they have 255, up to 17 a channel)"
    )


def test_small_layers_are_refused() -> None:
    weights = few(np.random.default_rng(0), (4, 1, 1, 30), 16, False)
    found = refusal(KERNEL, conv(weights), x=(1, 4, 4, 30))
    assert found.endswith("take at least 64 bytes less (76 bytes instead of 120)")

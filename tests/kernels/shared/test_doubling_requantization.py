"""Helium's short requantisation: what is planned equals TFLite's formula; the rest is refused."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels.shared.test_short_requantization import (
    FACTORS,
    OUTPUTS,
    between_steps,
    by_tflite,
)
from tinycompile.kernels.shared import doubling_requantization as doubling
from tinycompile.kernels.shared.doubling_requantization import Channel
from tinycompile.kernels.shared.short_requantization import Factor, Output

RELU = Output(-128, -128, 127)


def by_kernel(sums: np.ndarray, scale: int, final_shift: int, channel: Channel) -> np.ndarray:
    a = (sums << scale) + channel.b
    assert np.abs(a).max(initial=0) < 2**31 and 0 < channel.m < 2**31
    return np.clip((a * channel.m >> 31) >> final_shift, -128, 127)


@given(
    factors=st.lists(FACTORS, min_size=1, max_size=4),
    output=OUTPUTS | st.just(RELU),
    centre=st.integers(-3000, 3000),
    size=st.integers(0, 6000),
    offset=st.integers(-20000, 20000),
)
def test_every_sum_becomes_what_tflite_makes_of_it(
    factors: list[Factor], output: Output, centre: int, size: int, offset: int
) -> None:
    reach = centre - size, centre + size
    totals = np.arange(reach[0], reach[1] + 1)
    found = doubling.plan(factors, output, [reach] * len(factors), [offset] * len(factors))
    if found is not None:
        for factor, channel in zip(factors, found.channels, strict=True):
            got = by_kernel(totals - offset, found.scale, found.final_shift, channel)
            np.testing.assert_array_equal(got, by_tflite(totals, factor, output))


def test_the_ends_of_a_reach_are_proved_too() -> None:
    for factor, output, reach in between_steps(0, 300):
        channel = doubling.search(factor, output, reach, 0, 10, 10 - factor.shift)
        if channel is not None:
            ends = np.array(reach)
            got = by_kernel(ends, 10, 10 - factor.shift, channel)
            np.testing.assert_array_equal(got, by_tflite(ends, factor, output))


def test_channels_of_one_factor_have_one_multiplier() -> None:
    factor, rng = Factor(1518500250, -9), np.random.default_rng(0)
    centres, sizes = rng.integers(-60000, 60000, 60), rng.integers(0, 90000, 60)
    reaches = [(int(c - s), int(c + s)) for c, s in zip(centres, sizes, strict=True)]
    offsets = rng.integers(-20000, 20000, 60).tolist()
    found = doubling.plan_alike(factor, RELU, reaches, offsets)
    assert found is not None and len({channel.m for channel in found.channels}) == 1
    for reach, offset, channel in zip(reaches, offsets, found.channels, strict=True):
        totals = np.arange(reach[0], reach[1] + 1)
        got = by_kernel(totals - offset, found.scale, found.final_shift, channel)
        np.testing.assert_array_equal(got, by_tflite(totals, factor, RELU))
    assert doubling.plan_alike(factor, RELU, [(-900, 2**31)], [0]) is None


def test_layers_of_relu_are_planned_and_those_of_both_signs_are_not() -> None:
    factors = [Factor(1518500250 + 7919 * i, -8 - i % 3) for i in range(16)]
    reaches, offsets = [(-70000 - i, 90000 + i) for i in range(16)], [100 * i for i in range(16)]
    found = doubling.plan(factors, RELU, reaches, offsets)
    assert found is not None and found.final_shift <= doubling.LARGEST_SHIFT
    assert doubling.plan(factors, Output(0, -128, 127), reaches, offsets) is None


def test_bounds_of_their_own_and_sums_that_wrap_are_refused() -> None:
    factor = Factor(1518500250, -8)
    assert doubling.plan([factor], Output(-128, -128, 100), [(-900, 900)], [0]) is None
    assert doubling.plan([factor], RELU, [(-900, 2**31)], [0]) is None


def test_a_channel_that_never_moves_is_planned() -> None:
    for zero_point in (-128, -3, 0, 127):
        output = Output(zero_point, -128, 127)
        found = doubling.plan([Factor(1518500250, -25)], output, [(-30000, 30000)], [12])
        assert found is not None
        made = by_kernel(
            np.arange(-30012, 29988), found.scale, found.final_shift, found.channels[0]
        )
        assert set(made.tolist()) == {zero_point}

"""The short requantisation: what is proved equals TFLite's formula for every sum; the rest says it is not."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernels import cases
from tinycompile.kernels.shared import short_requantization as short
from tinycompile.kernels.shared.short_requantization import Channel, Factor, Output
from tinycompile.quantization import quantize_multiplier, requantize

OUTPUTS = st.builds(
    lambda point, bounds: Output(point, bounds["min"], bounds["max"]),
    cases.ZERO_POINTS,
    cases.bounds(),
) | cases.ZERO_POINTS.map(lambda point: Output(point, point, 127))
FACTORS = st.floats(-20, 1).map(lambda exponent: Factor(*quantize_multiplier(2.0**exponent)))


def by_tflite(totals: np.ndarray, factor: Factor, output: Output) -> np.ndarray:
    values = requantize(totals, factor.multiplier, factor.shift) + output.zero_point
    return np.clip(values, output.low, output.high)


def by_kernel(totals: np.ndarray, channel: Channel, final_shift: int, output: Output) -> np.ndarray:
    a = (totals << channel.scale).astype(np.int64)
    assert np.abs(a).max(initial=0) <= 2**31 - 1
    value = channel.c - np.where(a < 0, channel.d, 0) + (a * channel.m >> 32)
    assert np.abs(value).max(initial=0) < 2**31
    return np.clip(np.clip(value >> final_shift, -128, 127), output.low, output.high)


@given(
    factors=st.lists(FACTORS, min_size=1, max_size=4),
    output=OUTPUTS,
    centre=st.integers(-3000, 3000),
    size=st.integers(0, 6000),
    scale=st.integers(4, 8),
    by_channel=st.booleans(),
)
def test_every_sum_of_a_small_reach_becomes_what_tflite_makes_of_it(
    factors: list[Factor], output: Output, centre: int, size: int, scale: int, by_channel: bool
) -> None:
    reach = centre - size, centre + size
    totals = np.arange(reach[0], reach[1] + 1)
    found = short.plan(factors, output, [reach] * len(factors), scale, scales_by_channel=by_channel)
    for factor, channel in zip(factors, found.channels, strict=True):
        if channel.proved:
            got = by_kernel(totals, channel, found.final_shift, output)
            np.testing.assert_array_equal(got, by_tflite(totals, factor, output))
            assert found.signed or not channel.d


@given(factor=FACTORS, output=OUTPUTS, low=st.integers(-(2**22), 2**22), seed=cases.SEEDS)
def test_sums_of_a_wide_reach_become_what_tflite_makes_of_them(
    factor: Factor, output: Output, low: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    high = int(rng.integers(low, 2**23))
    found = short.plan([factor], output, [(low, high)])
    (channel,) = found.channels
    if not channel.proved:
        return
    totals = np.concatenate([rng.integers(low, high + 1, 1000), [low, high]])
    if not short.is_constant(factor, output, (low, high)):
        steps = short.steps(factor, output, (low, high))
        totals = np.concatenate([steps.begins[1], steps.ends[1], totals])
    got = by_kernel(totals, channel, found.final_shift, output)
    np.testing.assert_array_equal(got, by_tflite(totals, factor, output))


def between_steps(seed: int, count: int) -> Iterator[tuple[Factor, Output, short.Reach]]:
    """Channels that reach all sums of some results, and no other: what bounds constants most."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        factor = Factor(*quantize_multiplier(2.0 ** rng.uniform(-16, -2)))
        output = Output(int(rng.integers(-128, 128)), -128, 127)
        first = int(rng.integers(-128, 120))
        after = first + int(rng.integers(2, 8))
        low, high = (short.first_sum(k, factor, output.zero_point) for k in (first, after))
        yield factor, output, (low, high - 1)


def test_the_ends_of_a_reach_are_proved_too() -> None:
    for factor, output, reach in between_steps(0, 300):
        channel = short.search(factor, output, reach, 4, 10)
        if channel.proved:
            ends = np.array(reach)
            got = by_kernel(ends, channel, 10, output)
            np.testing.assert_array_equal(got, by_tflite(ends, factor, output))


@given(factor=FACTORS, output=OUTPUTS, total=st.integers(-(2**22), 2**22))
def test_results_of_one_sum_are_what_arrays_say(factor: Factor, output: Output, total: int) -> None:
    assert short.result(total, factor, output) == by_tflite(np.array(total), factor, output)
    first = short.first_sum(5, factor, output.zero_point)
    unclamped = Output(output.zero_point, -(2**40), 2**40)
    assert short.result(first, factor, unclamped) >= 5
    assert short.result(first - 1, factor, unclamped) < 5
    channel = Channel(factor.multiplier >> 2, 5 << 12, 1 << 5, 8, True)
    got = short.short_result(total, channel, 12)
    assert got == by_kernel(np.array(total), channel, 12, Output(0, -128, 127))


def test_usual_channels_are_proved() -> None:
    """Those of networks: results spread over int8, multipliers of a layer within a factor of 6."""
    rng = np.random.default_rng(0)
    weights = rng.integers(-127, 128, (200, 64))
    factors = [Factor(*quantize_multiplier(float(f))) for f in 2.0 ** rng.uniform(-9, -6.5, 200)]
    reaches = short.reaches(weights, rng.integers(-30000, 30000, 200), -128)
    for output in (Output(-128, -128, 127), Output(3, -128, 127), Output(-10, 2, 120)):
        assert not short.plan(factors, output, reaches).unproved


def test_a_channel_that_never_moves_needs_no_multiplier() -> None:
    found = short.plan([Factor(2**30, -9)], Output(4, -128, 127), [(-3, 3)])
    (channel,) = found.channels
    assert (channel.m, channel.proved, found.unproved) == (0, True, [])
    assert short.short_result(3, channel, found.final_shift) == 4
    assert not found.unproved


@pytest.mark.parametrize("reach", [(0, 2**23), (-(2**23) - 1, 0)])
def test_sums_that_the_scale_would_take_out_of_int32_are_not_proved(reach: tuple[int, int]) -> None:
    assert short.plan([Factor(2**30, -13)], Output(0, -128, 127), [reach]).unproved == [0]
    assert not short.plan([Factor(2**30, -13)], Output(0, -128, 127), [reach], 7).unproved


def test_a_channel_nearly_dead_beside_a_lively_one_is_not_proved() -> None:
    factors = [Factor(2**30 + 12345, -3), Factor(2**30 + 54321, -17)]
    found = short.plan(factors, Output(-128, -128, 127), [(-(2**10), 2**10), (-(2**22), 2**22)])
    assert found.unproved == [1]


@given(
    seed=cases.SEEDS,
    channels=st.integers(1, 4),
    products=st.integers(1, 5),
    point=cases.ZERO_POINTS,
)
def test_a_reach_is_what_extreme_inputs_make(
    seed: int, channels: int, products: int, point: int
) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(-128, 128, (channels, products))
    bias = rng.integers(-1000, 1000, channels)
    corners = np.array(np.meshgrid(*[[-128, 127]] * products)).reshape(products, -1) - point
    totals = weights @ corners + bias[:, None]
    found = short.reaches(weights, bias, point)
    assert found == list(zip(totals.min(axis=1), totals.max(axis=1), strict=True))


def test_a_channel_that_never_moves_may_have_any_sum() -> None:
    """Biases beyond all weights make such channels; sums that wrap in TFLite are another matter."""
    output, reach = Output(-128, -128, 127), (2**30, 2**30 + 1000)
    assert not short.plan([Factor(2**30, -9)], output, [reach]).unproved
    assert short.is_constant(Factor(2**30, -9), output, reach)
    assert not short.is_constant(Factor(2**30, 1), output, reach)
    assert not short.is_constant(Factor(2**30, -9), output, (0, 2**20))

"""Sums of int16 and int8 that leave by one product: as TFLite makes them; channels that never move."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinycompile.kernels.shared import accumulate_s16
from tinycompile.kernels.shared import high_half_requantization as high_half

FULL = {"min": -(2**15), "max": 2**15 - 1}


def layer(weights: Any, bias: Any, multiplier: int, shift: int, narrow: int = 0) -> dict[str, Any]:
    count = len(bias)
    return FULL | {
        "narrow": narrow,
        "weights": np.array(weights, np.int8).reshape(count, -1),
        "bias": np.array(bias, np.int64),
        "multipliers": np.full(count, multiplier, np.int32),
        "shifts": np.full(count, shift, np.int8),
    }


@given(
    sums=st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=50),
    multiplier=st.integers(2**14, 2**15 - 1),
    shift=st.integers(-17, -1),
    near=st.integers(-3, 3),
)
def test_the_rounded_high_half_is_what_tflite_makes(
    sums: list[int], multiplier: int, shift: int, near: int
) -> None:
    p = layer([1], [0], multiplier, shift)
    half_steps = [((2 * k + 1) << 14 - shift) // multiplier + near for k in range(-40, 40)]
    totals = np.array(sums + half_steps, np.int64)
    totals = totals[np.abs(totals) <= high_half.LARGEST_SUM]
    factor = int(high_half.factors(p)[0])
    assert 0 < factor < 2**31
    high = (totals * factor + 2**31) >> 32
    expected = accumulate_s16.leave(p, totals[:, None])[:, 0]
    np.testing.assert_array_equal(np.clip(high, p["min"], p["max"]), expected)


def test_reaches_are_those_of_the_most_extreme_inputs() -> None:
    found = high_half.reaches(np.array([[1, -2], [127, 127]], np.int8), np.array([5, -(2**40)]))
    assert found[0] == (5 - 2**15 - 2 * (2**15 - 1), 5 + 2**15 - 1 + 2 * 2**15)
    assert found[1] == (-(2**40) - 254 * 2**15, -(2**40) + 254 * (2**15 - 1))


@pytest.mark.parametrize(
    ("weight", "bias", "shift", "narrow"),
    [
        (0, 2**29, -20, 0),
        (1, -(2**35), -5, 0),
        (1, 2**35, -5, 0),
        (0, 77, 3, 0),
        (1, 1000, -31, 0),
        (0, 1 - 2**31, -17, 1),
        (1, 2**31 - 2**20, -5, 1),
        (0, 77, 3, 1),
        (1, 1000, -31, 1),
    ],
)
def test_channels_that_never_move_are_a_bias(
    weight: int, bias: int, shift: int, narrow: int
) -> None:
    p = layer([weight] * 3, [bias], 3 << (29 if narrow else 13), shift, narrow)
    assert high_half.unusual(p) == [0]
    changed = high_half.steady(p)
    assert high_half.unusual(changed) == []
    for x in (-(2**15), 0, 2**15 - 1):
        made, expected = (
            accumulate_s16.leave(q, q["weights"].astype(np.int64).sum(axis=1) * x + q["bias"])
            for q in (changed, p)
        )
        np.testing.assert_array_equal(made, expected)


def test_large_sums_that_move_are_known() -> None:
    weights, largest = np.full((1, 517), 127, np.int8), 517 * 127 * 2**15
    assert largest > high_half.LARGEST_SUM
    p = layer(weights, [0], 2**14, -10)
    assert high_half.unusual(p) == [0] and high_half.constant(p, 0) is None
    assert high_half.unusual(layer(weights[:, :516], [0], 2**14, -10)) == []


def test_other_channels_stay() -> None:
    p = layer([[5, 6], [7, 8]], [3, 2**34], 2**14, -3)
    changed = high_half.steady(p)
    assert changed["weights"].tolist() == [[5, 6], [0, 0]]
    assert changed["bias"].tolist() == [3, 4 * (2**15 - 1)]
    assert p["weights"].tolist() == [[5, 6], [7, 8]]
    turned = high_half.steady(p | {"weights": p["weights"].T}, axis=1)
    np.testing.assert_array_equal(turned["weights"].T, changed["weights"])

"""Random parameters of kernels that sum products or look at windows, for hypothesis."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from tinycompile.quantization import integer_limits, quantize_multiplier, reduced

SEEDS = st.integers(0, 2**32 - 1)  # of arrays: their contents need no shrinking
ZERO_POINTS = st.integers(-128, 127)
FACTORS = st.floats(-20, 1).map(lambda exponent: 2.0**exponent)

FACTORS_S16 = st.floats(-32.5, 6.99).map(lambda exponent: 2.0**exponent)


@st.composite
def windows(draw: st.DrawFn) -> dict[str, int]:
    """kernel_h ... pad_left of windows that may lie beyond the input on any side."""
    return {
        "kernel_h": draw(st.integers(1, 4)), "kernel_w": draw(st.integers(1, 4)),
        "stride_h": draw(st.integers(1, 3)), "stride_w": draw(st.integers(1, 3)),
        "dilation_h": draw(st.integers(1, 3)), "dilation_w": draw(st.integers(1, 3)),
        "pad_top": draw(st.integers(0, 6)), "pad_left": draw(st.integers(0, 6)),
    }  # fmt: skip


@st.composite
def pools(draw: st.DrawFn) -> dict[str, Any]:
    """The parameters of a pool, the bounds of the output left out."""
    size = st.integers(1, 6)
    return {
        "input_h": draw(size), "input_w": draw(size),
        "output_h": draw(size), "output_w": draw(size), "channels": draw(st.integers(1, 5)),
    } | draw(windows())  # fmt: skip


@st.composite
def bounds(draw: st.DrawFn, dtype: str = "int8") -> dict[str, int]:
    lowest, highest = integer_limits(dtype)
    low = draw(st.sampled_from([lowest, lowest, -20, 5]))
    return {"min": low, "max": draw(st.sampled_from([highest, highest, low + 50]))}


@st.composite
def zero_points_and_bounds(draw: st.DrawFn) -> dict[str, int]:
    points = {"input_zero_point": draw(ZERO_POINTS), "output_zero_point": draw(ZERO_POINTS)}
    return points | draw(bounds())


@st.composite
def channels(draw: st.DrawFn, weights: tuple[int, ...], count: int) -> dict[str, NDArray[Any]]:
    """Tables of weights, bias, multipliers and shifts of `count` output channels."""
    rng = np.random.default_rng(draw(SEEDS))
    pairs = [quantize_multiplier(draw(FACTORS)) for _ in range(count)]
    return {
        "weights": rng.integers(-128, 128, weights).astype(np.int8),
        "bias": rng.integers(-30000, 30000, count).astype(np.int32),
        "multipliers": np.array([m for m, _ in pairs], np.int32),
        "shifts": np.array([s for _, s in pairs], np.int8),
    }


@st.composite
def s8(draw: st.DrawFn, weights: tuple[int, ...], count: int) -> dict[str, Any]:
    """The fields of a product of int8 after its geometry."""
    return draw(zero_points_and_bounds()) | draw(channels(weights, count))


@st.composite
def s16(draw: st.DrawFn, weights: tuple[int, ...], count: int) -> dict[str, Any]:
    """The fields of a product of int16 after its geometry."""
    rng = np.random.default_rng(draw(SEEDS))
    narrow, low = draw(st.booleans()), draw(st.sampled_from([-(2**15), -(2**15), 0, -5000]))
    largest = draw(st.sampled_from([2**20, 2**31] if narrow else [2**20, 2**31, 2**46]))
    pairs = [quantize_multiplier(draw(FACTORS_S16)) for _ in range(count)]
    multipliers = np.array([m for m, _ in pairs], np.int32)
    return {
        "min": low, "max": draw(st.sampled_from([2**15 - 1, 2**15 - 1, low + 9000])),
        "narrow": int(narrow),
        "weights": rng.integers(-128, 128, weights).astype(np.int8),
        "bias": rng.integers(-largest, largest, count),
        "multipliers": multipliers if narrow else reduced(multipliers).astype(np.int32),
        "shifts": np.array([s for _, s in pairs], np.int8),
    }  # fmt: skip


def integers(seed: int, shape: tuple[int, ...], dtype: str = "int8") -> NDArray[Any]:
    """Values over the full range, its ends often among them."""
    rng, ends = np.random.default_rng(seed), integer_limits(dtype)
    values = rng.integers(*ends, shape, dtype, endpoint=True)
    return np.where(rng.random(shape) < 0.2, rng.choice(np.array(ends, dtype), shape), values)


def int16(seed: int, *shape: int) -> NDArray[np.int16]:
    return integers(seed, shape, "int16")


def int8(seed: int, *shape: int) -> NDArray[np.int8]:
    return integers(seed, shape)

"""Random layers of int16 by int8 as parameters of portable kernels: what kernels of this family take."""

from typing import Any

import numpy as np

from tinycompile.quantization import quantize_multiplier, reduced

Params = dict[str, Any]


def tables(rng: np.random.Generator, shape: tuple[int, ...], axis: int = 0) -> Params:
    """Weights and what goes with them, `axis` being output channels; results spread over int16.

    Some channels never move.
    """
    n, narrow = shape[axis], int(rng.random() < 0.4)
    products = int(np.prod(shape)) // n
    spread = 2.0 ** rng.uniform(-1.5, 1.5, n) / (40 * products**0.5)
    bias = rng.integers(-(2**24), 2**24, n)
    weights = np.moveaxis(rng.integers(-128, 128, shape).astype(np.int8), axis, 0)
    if rng.random() < 0.3:
        still = rng.integers(n)
        weights[still] = 0
        spread[still] = 2.0**-20
        bias[still] = rng.integers(-(2**30), 2**30)
    if not narrow and rng.random() < 0.3:
        bias[rng.integers(n)] = rng.choice([-1, 1]) * 2 ** int(rng.integers(33, 36))
    pairs = [quantize_multiplier(float(factor)) for factor in spread]
    multipliers = np.array([m for m, _ in pairs], np.int32)
    low, high = [(-(2**15), 2**15 - 1), (0, 2**15 - 1), (-5000, 9000)][rng.integers(3)]
    return {
        "min": low, "max": high, "narrow": narrow,
        "weights": np.ascontiguousarray(np.moveaxis(weights, 0, axis)), "bias": bias,
        "multipliers": multipliers if narrow else reduced(multipliers).astype(np.int32),
        "shifts": np.array([s for _, s in pairs], np.int8),
    }  # fmt: skip


def image(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Often an end of what int16 can hold."""
    values = rng.integers(-(2**15), 2**15, shape).astype(np.int16)
    ends = np.array([-(2**15), 2**15 - 1], np.int16)
    return np.where(rng.random(shape) < 0.2, rng.choice(ends, shape), values)


def pixels(rng: np.random.Generator, p: Params) -> np.ndarray:
    return image(rng, p["input_h"], p["input_w"], p["input_c"])

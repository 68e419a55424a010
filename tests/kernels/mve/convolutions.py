"""Random convolutions as parameters of the portable kernel, within what kernels of this family take."""

from typing import Any

import numpy as np

from tinycompile.quantization import quantize_multiplier

Params = dict[str, Any]


def tables(rng: np.random.Generator, shape: tuple[int, ...]) -> Params:
    """Weights (output channels, ...) and what goes with them; results spread over int8, some hardly."""
    n, products = shape[0], int(np.prod(shape[1:]))
    weights = rng.integers(-127, 128, shape).astype(np.int8)
    spread = 2.0 ** rng.uniform(-1.5, 1.5, n) / (40 * products**0.5)
    if rng.random() < 0.3:
        spread[rng.integers(n)] *= 2.0 ** -rng.integers(6, 14)
    pairs = [quantize_multiplier(float(factor)) for factor in spread]
    return {
        "weights": weights,
        "bias": rng.integers(-20000, 20000, n).astype(np.int32),
        "multipliers": np.array([m for m, _ in pairs], np.int32),
        "shifts": np.array([s for _, s in pairs], np.int8),
    }


def zero_points_and_bounds(rng: np.random.Generator) -> Params:
    kind, zero = rng.integers(4), int(rng.integers(-128, 128))
    low, high = [(-128, 127), (-128, 127), (zero, 127), (-20, 60)][kind]
    return {
        "input_zero_point": int(rng.integers(-128, 128)),
        "output_zero_point": -128 if kind == 0 else zero, "min": low, "max": high,
    }  # fmt: skip


def convolution(rng: np.random.Generator, sizes: Params, weights: tuple[int, ...]) -> Params:
    return (
        sizes
        | {"groups": sizes.get("groups", 1)}
        | zero_points_and_bounds(rng)
        | tables(rng, weights)
    )


def image(rng: np.random.Generator, p: Params) -> np.ndarray:
    shape = p["input_h"], p["input_w"], p["input_c"]
    return rng.integers(-128, 128, shape).astype(np.int8)

"""Random convolutions as parameters of the portable kernel, within what kernels of this family take."""

from typing import Any

import numpy as np
from tvm import relax

from tests.kernels.graphs import quantized, real, refusal
from tinycompile.kernel import Kernel
from tinycompile.quantization import quantize_multiplier

Params = dict[str, Any]


def tables(rng: np.random.Generator, shape: tuple[int, ...]) -> Params:
    """Weights (output channels, ...) and what goes with them; results spread over int8, some hardly.

    Some are int4. Some have a bias that saturates whatever the input is.
    """
    n, products = shape[0], int(np.prod(shape[1:]))
    weights = rng.integers(-127, 128, shape).astype(np.int8)
    spread = 2.0 ** rng.uniform(-1.5, 1.5, n) / (40 * products**0.5)
    if rng.random() < 0.15:
        weights, spread = weights >> 4, 8 * spread
    if rng.random() < 0.3:
        spread[rng.integers(n)] *= 2.0 ** -rng.integers(6, 14)
    bias = rng.integers(-20000, 20000, n).astype(np.int32)
    saturated = rng.integers(n)
    if rng.random() < 0.3 and spread[saturated] > 2.0**-16:
        bias[saturated] = rng.choice([-1, 1]) * rng.integers(2**25, 2**30)
    pairs = [quantize_multiplier(float(factor)) for factor in spread]
    return {
        "weights": weights,
        "bias": bias,
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


def windows(rng: np.random.Generator) -> Params:
    """Sizes of one that may lie beyond the input on any side."""

    def one(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    return {
        "input_h": one(1, 6), "input_w": one(1, 7), "input_c": one(1, 5),
        "output_h": one(1, 5), "output_w": one(1, 6), "output_c": one(4, 13),
        "kernel_h": one(1, 4), "kernel_w": one(1, 4), "stride_h": one(1, 3), "stride_w": one(1, 3),
        "dilation_h": one(1, 2), "dilation_w": one(1, 2), "pad_top": one(0, 3), "pad_left": one(0, 3),
    }  # fmt: skip


def refused(kernel: Kernel, weights: tuple[int, ...], shape: tuple[int, ...], **how: Any) -> str:
    """The words against a convolution with weights of that shape, all 1 or `value`."""
    constant = np.full(weights, how.pop("value", 1), np.int8)
    layouts = {"data_layout": "NHWC", "kernel_layout": "OHWI"}

    def build(x: relax.Expr) -> relax.Expr:
        return quantized(relax.op.nn.conv2d(real(x), real(constant, 0.1, 0), **layouts, **how))

    return refusal(kernel, build, x=(1, *shape))


def image(rng: np.random.Generator, p: Params) -> np.ndarray:
    shape = p["input_h"], p["input_w"], p["input_c"]
    return rng.integers(-128, 128, shape).astype(np.int8)

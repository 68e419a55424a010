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


def depthwise(rng: np.random.Generator, kernel: list[int], usual: bool) -> Params:
    """Of the portable kernel, one filter a channel; `usual` ones have no dilation, and strides of 1 or 2."""
    stride = [int(rng.choice([1, 1, 2] if usual else [1, 1, 2, 3])) for _ in range(2)]
    dilation = [1 if usual else int(rng.choice([1, 1, 2])) for _ in range(2)]
    channels = int(rng.choice([2, 3, 8, 15, 16, 17, 24, 33]))
    pad = [int(rng.integers(0, k)) for k in kernel]
    size = [int(rng.integers(1, 12)) for _ in range(2)]
    out = [
        (s + 2 * p - (k - 1) * d - 1) // st + 1
        for s, p, k, d, st in zip(size, pad, kernel, dilation, stride, strict=True)
    ]
    if min(out) < 1:
        return depthwise(rng, kernel, usual)
    sizes = {
        "input_h": size[0], "input_w": size[1], "input_c": channels,
        "output_h": out[0], "output_w": out[1], "output_c": channels,
        "kernel_h": kernel[0], "kernel_w": kernel[1], "stride_h": stride[0], "stride_w": stride[1],
        "dilation_h": dilation[0], "dilation_w": dilation[1], "pad_top": pad[0], "pad_left": pad[1],
    }  # fmt: skip
    of_channels = tables(rng, (channels, *kernel))
    of_channels["weights"] = np.ascontiguousarray(np.moveaxis(of_channels["weights"], 0, 2))
    return sizes | zero_points_and_bounds(rng) | of_channels

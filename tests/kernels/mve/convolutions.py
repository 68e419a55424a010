"""Random convolutions as parameters of the portable kernel, within what kernels of this family take."""

from typing import Any

import numpy as np

from tinycompile.quantization import quantize_multiplier, reduced

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


def s4(rng: np.random.Generator, p: Params) -> Params:
    """`p` with weights of int4, and results that spread as before."""
    weights = rng.integers(-8, 8, p["weights"].shape).astype(np.int8)
    return p | {"weights": weights, "shifts": p["shifts"] + np.int8(4)}


def s16(rng: np.random.Generator, shape: tuple[int, ...]) -> Params:
    """The same of int16 activations, and bounds; of some layers sums are narrow, or leave 32 bits."""
    n, products = shape[0], int(np.prod(shape[1:]))
    weights = rng.integers(-128, 128, shape).astype(np.int8)
    spread = 2.0 ** rng.uniform(-1.5, 1.5, n) / (60 * products**0.5)
    narrow, large = int(rng.random() < 0.25), rng.random() < 0.5
    if large:
        spread[rng.integers(n)] *= 2.0 ** rng.integers(-8, 18)
    pairs = [quantize_multiplier(float(factor)) for factor in np.minimum(spread, 100)]
    multipliers = np.array([m for m, _ in pairs], np.int64)
    bias = rng.integers(-(2**24), 2**24, n)
    if large and not narrow:
        bias[rng.integers(n)] <<= rng.integers(6, 16)
    low, high = [(-(2**15), 2**15 - 1), (0, 2**15 - 1), (-3000, 20000)][rng.integers(3)]
    return {
        "min": low, "max": high, "narrow": narrow, "weights": weights, "bias": bias,
        "multipliers": (multipliers if narrow else reduced(multipliers)).astype(np.int32),
        "shifts": np.array([s for _, s in pairs], np.int8),
    }  # fmt: skip


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


def of_one_group(rng: np.random.Generator) -> Params:
    of = sizes(rng)
    return convolution(rng, of, (of["output_c"], of["kernel_h"], of["kernel_w"], of["input_c"]))


def image(rng: np.random.Generator, p: Params) -> np.ndarray:
    return activations(rng, (p["input_h"], p["input_w"], p["input_c"]), "int8")


def image_s16(rng: np.random.Generator, p: Params) -> np.ndarray:
    return activations(rng, (p["input_h"], p["input_w"], p["input_c"]), "int16")


def activations(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max + 1, shape).astype(dtype)


def sizes(rng: np.random.Generator) -> Params:
    """Of a convolution of one group; pixels have up to 208 channels."""
    pointwise = rng.random() < 0.3
    kernel, stride, dilation = (
        [1 if pointwise and which != 1 else int(rng.choice(of)) for _ in range(2)]
        for which, of in enumerate(([1, 2, 3, 4, 7], [1, 1, 2, 3], [1, 1, 1, 2]))
    )
    of = [1, 2, 3, 5, 8, 16, 32, 48, 80, *[208] * pointwise]
    channels, n = int(rng.choice(of)), int(rng.choice([4, 5, 6, 7, 8, 12, 18]))
    pad = [0 if pointwise else int(rng.integers(0, k)) for k in kernel]
    size = [int(rng.integers(1, 8)) for _ in range(2)]
    out = [
        (s + 2 * p - (k - 1) * d - 1) // st + 1
        for s, p, k, d, st in zip(size, pad, kernel, dilation, stride, strict=True)
    ]
    if min(out) < 1 or kernel[0] * kernel[1] * channels > 800:
        return sizes(rng)
    return {
        "input_h": size[0], "input_w": size[1], "input_c": channels,
        "output_h": out[0], "output_w": out[1], "output_c": n,
        "kernel_h": kernel[0], "kernel_w": kernel[1], "stride_h": stride[0], "stride_w": stride[1],
        "dilation_h": dilation[0], "dilation_w": dilation[1], "pad_top": pad[0], "pad_left": pad[1],
    }  # fmt: skip


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

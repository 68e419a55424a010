"""Random pools as parameters, which kernels for Helium have as the portable ones do."""

from typing import Any

import numpy as np

from tests.kernels import batch, cases
from tinycompile.call import Call
from tinycompile.kernel import Kernel
from tinycompile.kernels.shared import window
from tinycompile.quantization import integer_limits

SIZES = ("input_h", "input_w", "output_h", "output_w")


def parameters(rng: np.random.Generator, dtype: str) -> dict[str, Any]:
    p = {name: int(rng.integers(1, 8)) for name in SIZES}
    p["channels"] = int(rng.choice([1, 3, 8, 11, 16, 19, 33]))
    for name, most in (("kernel", 4), ("stride", 3), ("dilation", 2)):
        p |= {f"{name}_{axis}": int(rng.integers(1, most + 1)) for axis in "hw"}
    p |= {"pad_top": int(rng.integers(0, 3)), "pad_left": int(rng.integers(0, 3))}
    if rng.random() < 0.3:
        p |= {"kernel_h": p["input_h"], "kernel_w": p["input_w"], "output_h": 1, "output_w": 1}
    low, high = integer_limits(dtype) if rng.random() < 0.7 else (-20, 60)
    found = p | {"min": low, "max": high}
    return found if (window.counts(p) > 0).all() else parameters(rng, dtype)


def some(kernel: Kernel, seed: int, count: int = 50, dtype: str = "int8") -> list[batch.Case]:
    rng, found = np.random.default_rng(seed), []
    for _ in range(count):
        p = parameters(rng, dtype)
        shape = p["input_h"], p["input_w"], p["channels"]
        x = cases.integers(int(rng.integers(2**32)), shape, dtype)
        found.append(batch.Case(kernel, Call(("input",), p), [x]))
    return found

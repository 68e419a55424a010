"""Random graphs of two operands, each broadcast along some axes, the last one too."""

from collections.abc import Callable
from typing import Any

import numpy as np
from tvm.relax.op import add, maximum, minimum, multiply, subtract

from tests.kernels import elementwise as e
from tests.kernels.dsp import alike


def shapes(rng: np.random.Generator) -> alike.Shapes:
    extents = (*(int(n) for n in rng.integers(1, 5, 2)), int(rng.integers(1, 40)))
    other = tuple(1 if rng.random() < 0.3 else n for n in extents)
    pair = (extents, other) if rng.random() < 0.5 else (other, extents)
    return dict(zip("xy", pair, strict=True))


def of_int16(
    rng: np.random.Generator, operator: Any, output: Callable[[float, float], float]
) -> alike.Graph:
    """`output` makes the result's scale of those of the operands, which are the same of some graphs."""
    a, b = (float(rng.uniform(0.001, 0.3)) for _ in range(2))
    b = a if rng.random() < 0.3 else b
    clip = (-9000, 20000) if rng.random() < 0.3 else None
    scales = ((scale, 0) for scale in (a, b, output(a, b)))
    return e.binary(operator, *scales, clip, "int16"), shapes(rng)


def sum_of_int16(rng: np.random.Generator) -> alike.Graph:
    operator = (add, subtract)[rng.integers(2)]
    return of_int16(rng, operator, lambda a, b: max(a, b) * float(2.0 ** rng.uniform(-8, 4)))


def product_of_int16(rng: np.random.Generator) -> alike.Graph:
    return of_int16(rng, multiply, lambda a, b: a * b * float(2.0 ** rng.uniform(1.1, 18)))


def smaller_or_larger(rng: np.random.Generator) -> alike.Graph:
    operator: Any = (maximum, minimum)[rng.integers(2)]
    return operator, dict(zip(("x1", "x2"), shapes(rng).values(), strict=True))


def with_constant(rng: np.random.Generator, build: Callable[..., Any], turned: bool) -> alike.Graph:
    """`build` of a tensor and a constant, in either order."""
    x, y = shapes(rng).values()
    constant = rng.integers(-128, 128, y).astype(np.int8)
    graphs = (lambda x: build(x, constant)), (lambda x: build(constant, x))
    return graphs[turned], {"x": x}

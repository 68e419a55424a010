"""Random pools of images, which some kernels of this family take."""

from collections.abc import Callable
from typing import Any

import numpy as np
from tvm import relax

from tests.kernels.dsp import alike


def window(rng: np.random.Generator) -> tuple[alike.Shapes, dict[str, Any]]:
    """An image, and a window with less padding than it has; now and then all of more than 255 pixels."""
    kernel, strides, size = (rng.integers(1, most, 2) for most in (4, 3, 9))
    padding = [int(rng.integers(0, k)) for k in (*kernel, *kernel)]
    if rng.random() < 0.2:
        kernel = size = rng.integers(3, 24, 2)
        padding = [0] * 4
    size = np.maximum(size, kernel)
    attributes = {"pool_size": kernel, "strides": strides}
    how: dict[str, Any] = {name: [int(n) for n in value] for name, value in attributes.items()}
    shape = (1, int(size[0]), int(size[1]), int(rng.choice([4, 5, 7, 8, 13])))
    return {"x": shape}, how | {"padding": padding, "layout": "NHWC"}


def graphs(
    pool: Callable[..., relax.Expr], bounds: tuple[int, int]
) -> Callable[[np.random.Generator], alike.Graph]:
    """Of `pool`, now and then clipped to `bounds`."""

    def graph(rng: np.random.Generator) -> alike.Graph:
        shapes, how = window(rng)
        is_clipped = rng.random() < 0.3

        def build(x: Any) -> Any:
            out = pool(x, **how)
            return relax.op.clip(out, *bounds) if is_clipped else out

        return build, shapes

    return graph

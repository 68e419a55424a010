"""Random inputs that move a network: a constant one proves nothing."""

import numpy as np

from tinycompile.pipeline import Compiled
from tinycompile.program import Tensor

Arrays = dict[str, np.ndarray]  # by Tensor.name

RUNS, SEED = 20, 0


def random_inputs(compiled: Compiled, runs: int = RUNS, seed: int = SEED) -> list[Arrays]:
    """White noise, clouds around a level and blocks in turn: noise alone leaves many networks unmoved."""
    rng = np.random.default_rng(seed)
    kinds = (white_noise, cloud, blocks)
    return [
        {
            t.name: as_input(compiled, t, kinds[run % 3](rng, t.shape), positive=run // 3 % 2 == 1)
            for t in compiled.program.inputs
        }
        for run in range(runs)
    ]


def white_noise(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Uniform over all values of int8 and a little beyond."""
    return rng.uniform(-130, 130, shape)


def cloud(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Values around a level."""
    return rng.normal(rng.uniform(-100, 100), rng.uniform(1, 60), shape)


def blocks(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Flat patches of four steps along every axis, as images and spectrograms have them, and faint noise."""
    coarse = rng.uniform(-130, 130, tuple(-(-size // 4) for size in shape))
    for axis, size in enumerate(shape):
        coarse = np.take(np.repeat(coarse, 4, axis=axis), np.arange(size), axis=axis)
    return np.add(coarse, rng.normal(0, 3, shape))


def as_input(compiled: Compiled, t: Tensor, levels: np.ndarray, positive: bool) -> np.ndarray:
    """`levels`, meant for int8, in the type of `t`; int16 gets them 256 times as large.

    Reals by the quantisation that reads them, or about -1 to 1, or 0 to 1 as images are, if `positive`:
    roots and logarithms take no others. Indices are spread over what there is.
    """
    if t.dtype == "float32":
        readers = [
            r for layer in compiled.program.layers if t in layer.inputs for r in layer.outputs
        ]
        quantizers = [r.quantization for r in readers if r.dtype != "float32" and r.quantization]
        if quantizers:
            scale, zero_point = quantizers[0].scale, quantizers[0].zero_point
            return np.asarray((levels - zero_point) * scale, np.float32)
        return np.asarray(np.abs(levels + 130) / 260 if positive else levels / 130, np.float32)
    if limit := compiled.program.limits.get(t.name):
        return np.asarray(np.rint(np.abs(levels) / 130 * limit).astype(np.int64) % limit, t.dtype)
    if t.dtype.startswith("u"):
        levels = levels + 128
    if t.dtype == "int16":
        levels = levels * 256
    if t.dtype == "bool":
        return np.asarray(levels > 0)
    info = np.iinfo(t.dtype)
    clipped: np.ndarray = np.clip(np.rint(levels), info.min, info.max)
    return clipped.astype(t.dtype)

"""What is known of every tensor's values after the float module has run on all samples."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tinycompile.errors import InvalidCalibration
from tinycompile.quantize.model.interpreter import Interpreter, unaltered

Array = NDArray[np.float32]
KEPT = 1 << 16  # values of a tensor, chosen at random; its extremes are exact
BATCH = 16  # samples that run at once, if there is room


@dataclass
class Statistics:
    """`values` are a random choice; `channel_peaks` the largest magnitudes along the last axis."""

    low: float
    high: float
    values: Array
    channel_peaks: Array

    @property
    def constant(self) -> bool:
        return self.low == self.high

    @staticmethod
    def merge(parts: Iterable["Statistics"]) -> "Statistics":
        """Of several tensors as if they were one; the channels of the first."""
        parts = list(parts)
        return Statistics(
            min(p.low for p in parts),
            max(p.high for p in parts),
            np.concatenate([p.values for p in parts]),
            parts[0].channel_peaks,
        )


def collect(
    interpreter: Interpreter,
    feeds: Mapping[str, Array],
    names: Iterable[str],
    progress: Callable[[str], None] = lambda stage: None,
    *,
    seen: Callable[[str, Array], Array] = unaltered,
) -> dict[str, Statistics]:
    """Statistics of the tensors `names` over all samples, of the values that are `seen` of them."""
    count = len(next(iter(feeds.values())))
    found: dict[str, list[Statistics]] = {name: [] for name in names}
    step = interpreter.at_once(BATCH)
    kept = KEPT * step // max(count, step)
    for start in range(0, count, step):
        progress(f"calibrating: sample {start + 1} of {count}")

        def measure(name: str, value: Array, start: int = start) -> Array:
            if name in found:
                found[name].append(_of(name, seen(name, value), kept, start))
            return value

        batch = {name: array[start : start + step] for name, array in feeds.items()}
        interpreter.run(batch, measure, keep=())
    return {name: _joined(parts) for name, parts in found.items()}


def _of(name: str, values: Array, kept: int, start: int) -> Statistics:
    if not np.all(np.isfinite(values)):
        sample = start + int(np.argwhere(~np.isfinite(values))[0][0])
        raise InvalidCalibration(
            f"tensor {name!r} becomes NaN or infinite in float on sample {sample}; "
            "check the model and the sample's preprocessing"
        )
    flat = values.reshape(-1)
    if flat.size > kept:
        rng = np.random.default_rng([crc32(name.encode()), start])
        flat = flat[rng.integers(0, flat.size, kept)]
    channels = values.shape[-1] if values.ndim > 1 else 1  # a scalar is one
    peaks = np.abs(values.reshape(-1, channels)).max(axis=0)
    return Statistics(float(values.min()), float(values.max()), flat, peaks)


def _joined(parts: list[Statistics]) -> Statistics:
    whole = Statistics.merge(parts)
    whole.channel_peaks = np.stack([p.channel_peaks for p in parts]).max(axis=0)
    return whole

"""Candidates for the range [low, high] of a tensor: which values int8 shall reach, and which saturate.

All ranges contain 0, so that padding and ReLU are exact.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tinycompile.passes.quantize.insert_qdq import activation_params
from tinycompile.quantization import QParams, fake_quantize
from tinycompile.quantize.model.statistics import Statistics

Array = NDArray[np.float32]
MIN_MAX = "min-max"
PERCENTILES = (99.99, 99.9, 99.0)
SHRINKS = np.geomspace(1.0, 1e-3, 49)  # of the range, as MSE and entropy try them
HISTOGRAM_BINS = 2048
LEVELS = 128  # of the distribution that entropy compares with
ALIKE = 0.01  # ranges that differ by less are one candidate


def candidates(statistics: Statistics) -> dict[str, QParams]:
    """By method, different ones only; min-max is always the first."""
    found: dict[str, QParams] = {}
    for method, (low, high) in _ranges(statistics):
        params = activation_params(low, high)
        if not any(_alike(params, other) for other in found.values()):
            found[method] = params
    return found


def min_max(statistics: Statistics) -> QParams:
    return activation_params(statistics.low, statistics.high)


def _alike(a: QParams, b: QParams) -> bool:
    close = abs(a.scale / b.scale - 1) < ALIKE
    return close and abs(a.zero_point - b.zero_point) <= 2


def _ranges(statistics: Statistics) -> Iterator[tuple[str, tuple[float, float]]]:
    yield MIN_MAX, (statistics.low, statistics.high)
    if statistics.constant:
        return
    values = statistics.values
    for percent in PERCENTILES:
        tails = (100 - percent, percent)
        low, high = np.percentile(values, tails)
        yield f"percentile {percent:g}", (float(low), float(high))
    yield "mse", _least_squares(statistics)
    yield "entropy", _least_divergence(statistics)


def _least_squares(statistics: Statistics) -> tuple[float, float]:
    """The range with the least mean squared error; both ends shrink alike, then each on its own."""
    low, high = min(statistics.low, 0.0), max(statistics.high, 0.0)
    values = statistics.values

    def error(bounds: tuple[float, float]) -> float:
        params = activation_params(*bounds)
        return float(np.mean(np.square(fake_quantize(values, params) - values)))

    best = min(((low * s, high * s) for s in SHRINKS), key=error)
    if low < 0.0 < high:
        best = min(((low * s, best[1]) for s in SHRINKS), key=error)
        best = min(((best[0], high * s) for s in SHRINKS), key=error)
    return best


def _least_divergence(statistics: Statistics) -> tuple[float, float]:
    """The range whose 8-bit distribution of magnitudes says most of the full one (Kullback-Leibler)."""
    low, high = min(statistics.low, 0.0), max(statistics.high, 0.0)
    peak = max(-low, high)
    magnitudes = np.abs(statistics.values)
    counts, _ = np.histogram(magnitudes[magnitudes > 0], HISTOGRAM_BINS, (0, peak))
    limits = range(LEVELS, HISTOGRAM_BINS + 1, LEVELS // 4)
    if not counts.any():
        return low, high
    limit = min(limits, key=lambda bins: _divergence(counts, bins))
    bound = peak * limit / HISTOGRAM_BINS
    return max(low, -bound), min(high, bound)


def _divergence(counts: NDArray[np.int64], bins: int) -> float:
    """Of the histogram cut at `bins`, what lies beyond added to the last, from the same in LEVELS steps."""
    inside = counts[:bins].astype(np.float64)
    wanted = inside.copy()
    wanted[-1] += counts[bins:].sum()
    step = np.arange(bins) * LEVELS // bins
    used = inside > 0
    sums = np.bincount(step, inside, LEVELS)
    filled = np.bincount(step, used, LEVELS)
    spread = np.where(used, (sums / np.maximum(filled, 1))[step], 0)
    p, q = wanted / wanted.sum(), spread / max(spread.sum(), 1)
    both = (p > 0) & (q > 0)
    lost = p[(p > 0) & (q == 0)].sum()
    return float(np.sum(p[both] * np.log(p[both] / q[both])) + lost * 10)

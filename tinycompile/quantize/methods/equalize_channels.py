"""Channels of very different range get the same one, and the next layer's weights take the factor back.

ReLU, pools and flattening commute with positive factors, so layer(x / s) of weights * s is the same network
in float; in int8 a weak channel is no longer rounded in the steps of the strongest. A ReLU6 does, too, as
long as no sample takes a channel beyond 6 * s, its bound then: a factor is never less than that allows.
Values larger than any sample's saturate, as they do at the end of an int8 range.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.ir import GenericConst

from tinycompile.passes.quantize.set_constants import SetConstants
from tinycompile.quantize.model.float_graph import FloatGraph, Weighted
from tinycompile.quantize.model.network import Network
from tinycompile.rewriting.expressions import is_call, shape_of

Array = NDArray[np.float32]
LARGEST_FACTOR = 1e6
# Operators through which a positive factor per channel passes.
HOMOGENEOUS = (
    "nn.relu",
    "nn.leakyrelu",
    "nn.max_pool2d",
    "nn.avg_pool2d",
    "mean",
    "max",
    "nn.pad",
    "reshape",
)
# How strongly activations count against the weights that read them: 1 equalises activations alone.
STRENGTHS = (1.0, 0.5)


@dataclass(frozen=True)
class Pair:
    """A layer whose output channels can be scaled, and all layers that read them."""

    first: Weighted
    readers: tuple[Weighted, ...]
    bound: float = math.inf  # of the activation between them


def pairs(graph: FloatGraph) -> list[Pair]:
    found = []
    for item in graph.weighted.values():
        bounds = [math.inf]
        readers = _readers(graph, bounds, item.biased or item.name, item.weights.shape[0])
        if readers and item.biased is not None:
            found.append(Pair(item, tuple(readers), min(bounds)))
    return found


def _readers(
    graph: FloatGraph, bounds: list[float], name: str, channels: int
) -> list[Weighted] | None:
    """The layers that read tensor `name`, whose channels lie along the last axis; None if others do, too.

    `bounds` receives those of activations on the way.
    """
    if name in graph.outputs:
        return None
    found: list[Weighted] = []
    for reader in dict.fromkeys(graph.readers[name]):
        item = graph.weighted.get(reader)
        if item is not None:
            if item.input != name or not _takes(item, channels):
                return None
            found.append(item)
            continue
        call = graph.calls.get(reader)
        if call is None or not (_passes(call, channels) or bound_of(call)):
            return None
        bounds.append(bound_of(call) or math.inf)
        further = _readers(graph, bounds, reader, channels)
        if further is None:
            return None
        found += further
    return found


def _takes(item: Weighted, channels: int) -> bool:
    if item.is_matmul:
        return bool(item.weights.shape[1] % channels == 0)
    if item.is_depthwise:
        return len(item.weights) == channels
    return int(item.call.attrs.groups) == 1 and bool(item.weights.shape[-1] == channels)


def _passes(call: Any, channels: int) -> bool:
    """Whether a factor per channel, along the last axis of the operand, is one of the result's."""
    if not any(is_call(call, op) for op in HOMOGENEOUS):
        return False
    before, after = shape_of(call.args[0]), shape_of(call)
    if is_call(call, "reshape"):  # flattening keeps the channel as the fastest index
        return prod(after[-1:]) % channels == 0 and prod(before) == prod(after)
    if is_call(call, "nn.pad"):
        zeros = call.attrs.pad_mode == "constant" and float(call.attrs.pad_value) == 0
        return bool(zeros and before[-1] == after[-1])
    if is_call(call, "mean") or is_call(call, "max"):
        axes = call.attrs.axis
        return axes is not None and all((int(a) + 1) % len(before) for a in axes)
    return before[-1] == after[-1]


def bound_of(call: Any) -> float | None:
    """The upper bound of an activation from 0 on, such as ReLU6 in any spelling; None of anything else."""
    if is_call(call, "clip"):
        low, high = (float(bound.value) for bound in call.args[1:])
        return high if low == 0 < high else None
    constants = [float(a.value.numpy().item()) for a in call.args if _is_number(a)]
    if is_call(call, "maximum") and constants == [0.0]:
        return math.inf
    return constants[0] if is_call(call, "minimum") and constants and constants[0] > 0 else None


def _is_number(expr: Any) -> bool:
    return isinstance(expr, GenericConst) and bool(expr.value.numpy().size == 1)


def equalized(network: Network, strength: float, progress: Callable[[str], None]) -> Network | None:
    """The network with channels equalised, calibrated again; None if there is nothing to equalise."""
    found = pairs(network.graph)
    if not found:
        return None
    reached = _reached(network, found)
    products = {
        item.name: item.weights.astype(np.float64) for item in network.graph.weighted.values()
    }
    constants: dict[str, NDArray[np.float64]] = {}
    for pair in found:
        factors = _factors(network, pair, strength)
        if pair.bound < math.inf:
            factors = np.maximum(factors, reached[pair.first.name])
        along = [-1] + [1] * (products[pair.first.name].ndim - 1)
        products[pair.first.name] /= factors.reshape(along)
        assert pair.first.biased is not None and pair.first.bias is not None
        constants[pair.first.biased] = pair.first.bias / factors
        for reader in pair.readers:
            products[reader.name] *= _along_inputs(reader, factors)
    for item in network.graph.weighted.values():
        constants[item.name] = products[item.name].T if item.is_matmul else products[item.name]
    replaced: Any = SetConstants({name: c.astype(np.float32) for name, c in constants.items()})
    module = replaced(network.module)
    return Network(module, network.feeds, progress)


def _factors(network: Network, pair: Pair, strength: float) -> NDArray[np.float64]:
    """What each channel is divided by: peak**strength / weights**(1 - strength), the largest being 1."""
    root = network.graph.group[pair.first.output]
    peaks = network.statistics[root].channel_peaks.astype(np.float64)
    if len(peaks) != len(pair.first.weights):
        peaks = peaks.reshape(-1, len(pair.first.weights)).max(axis=0)
    if all(reader.is_depthwise for reader in pair.readers):
        strength = 1.0  # weights have a scale per channel: nothing to weigh against
    largest = np.max([_peaks_along_inputs(r, len(peaks)) for r in pair.readers], axis=0)
    used = (peaks > 0) & (largest > 0)
    factors = np.ones(len(peaks))
    factors[used] = peaks[used] ** strength / largest[used] ** (1 - strength)
    if used.any():
        factors[used] /= factors[used].max()
    return np.clip(factors, 1 / LARGEST_FACTOR, 1.0)


def _reached(network: Network, found: list[Pair]) -> dict[str, NDArray[np.float64]]:
    """By layer, the share of its bound that each channel reaches on any sample: 1 where it is bounded."""
    bounded = {pair.first.output: pair for pair in found if pair.bound < math.inf}
    peaks: dict[str, NDArray[np.float64]] = {}

    def measure(name: str, value: Array) -> Array:
        if name in bounded:
            rows = value.reshape(-1, len(bounded[name].first.weights))
            highest = rows.max(axis=0).astype(np.float64)
            peaks[name] = np.maximum(peaks.get(name, highest), highest)
        return value

    if bounded:
        network.interpreter.run_in_turn(network.feeds, (), measure)
    return {
        pair.first.name: np.clip(peaks[output] / pair.bound, 0.0, 1.0)
        for output, pair in bounded.items()
    }


def _along_inputs(reader: Weighted, factors: NDArray[np.float64]) -> NDArray[np.float64]:
    """`factors`, broadcastable to the reader's weights (output channels first)."""
    if reader.is_matmul:
        return np.tile(factors, reader.weights.shape[1] // len(factors))[None]
    return factors.reshape(-1, 1, 1, 1) if reader.is_depthwise else factors.reshape(1, 1, 1, -1)


def _peaks_along_inputs(reader: Weighted, channels: int) -> NDArray[np.float64]:
    magnitudes = np.abs(reader.weights).astype(np.float64)
    if reader.is_depthwise:
        return np.asarray(magnitudes.reshape(channels, -1).max(axis=1))
    return np.asarray(magnitudes.reshape(-1, channels).max(axis=0))

"""What kernels share that sum products along rows of memory (runtime_c/mve/tc_mve_dense.c): the table.

Inputs come in chunks of 16. Channels are made in sets of four; where their number is no multiple of it, the
last set is the last four. The table has for each set the weights, chunk by chunk, and then the words of the
requantisation: of the short one where all channels are proved, else of the general one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Param
from tinycompile.kernels.shared import doubling_requantization as doubling
from tinycompile.kernels.shared import short_requantization as short
from tinycompile.quantization import requantize

CHUNK = 16
CHAIN = 12  # chunks that the assembly takes without looking up
SET = 4


@dataclass(frozen=True)
class Layer:
    """Weights as (channels, products in a sum) and what becomes of the sums, as portable kernels have it."""

    weights: NDArray[np.int8]
    bias: NDArray[np.int32]
    multipliers: NDArray[np.int32]
    shifts: NDArray[np.int8]
    input_zero_point: int
    output: short.Output

    @classmethod
    def of(cls, p: dict[str, Any], weights: NDArray[np.int8]) -> "Layer":
        """Of parameters of a portable kernel; one without input zero point has it in the bias."""
        output = short.Output(p["output_zero_point"], p["min"], p["max"])
        zero_point = p.get("input_zero_point", 0)
        return cls(weights, p["bias"], p["multipliers"], p["shifts"], zero_point, output)

    @property
    def offsets(self) -> NDArray[np.int64]:
        """What a sum has beside the products of weights and inputs as they are."""
        return np.array(doubling.offsets(self.weights, self.bias, self.input_zero_point))

    @property
    def factors(self) -> list[short.Factor]:
        pairs = zip(self.multipliers.tolist(), self.shifts.tolist(), strict=True)
        return [short.Factor(*pair) for pair in pairs]

    def plan(self, alike: bool) -> doubling.DoublingRequantization | None:
        """With `alike` channels have one m if they can."""
        reaches = short.reaches(self.weights, self.bias, self.input_zero_point)
        rest = self.output, reaches, self.offsets.tolist()
        one = doubling.plan_alike(self.factors[0], *rest) if alike else None
        return one or doubling.plan(self.factors, *rest)


def numbers(params: dict[str, Param]) -> dict[str, Any]:
    """`params` without tables."""
    return {name: value for name, value in params.items() if not isinstance(value, np.ndarray)}


def requantization(layer: Layer, alike: bool = False) -> tuple[dict[str, Param], NDArray[np.int32]]:
    """The fields `scale` and `shift`, and words (kinds, channels)."""
    plan = layer.plan(alike)
    if plan is not None:
        words = np.array([(channel.b, channel.m) for channel in plan.channels])
        left = doubling.LARGEST_SHIFT - plan.final_shift
        return {"scale": 1 << plan.scale, "shift": left}, words.T.astype(np.int32)
    kinds = layer.offsets, layer.multipliers, layer.shifts
    return {"scale": 0, "shift": 0}, np.array(kinds, np.int64).astype(np.int32)  # offsets wrap


def sets(channels: int, size: int = SET) -> list[range]:
    """The channels of each; where they are fewer than `size`, one with some beyond."""
    starts = [*range(0, channels - size + 1, size), *[channels - size] * bool(channels % size)]
    return [range(max(at, 0), max(at, 0) + size) for at in starts]


def in_chunks(weights: NDArray[np.int8], chunk: int) -> NDArray[np.int8]:
    """(channels, chunks, inputs of a chunk), filled up with 0."""
    channels, products = weights.shape
    padded = np.zeros((channels, -(-products // chunk), chunk), np.int8)
    padded.reshape(channels, -1)[:, :products] = weights
    return padded


def packed(
    weights: NDArray[np.int8],
    words: NDArray[np.int32],
    groups: Sequence[range],
    chunk: int = CHUNK,
) -> NDArray[np.int32]:
    """The table: of each group of channels, chunk by chunk, the weights of each, then their words."""
    beyond = max(groups[-1].stop - len(weights), 0)
    words = np.pad(words, ((0, 0), (0, beyond)))
    chunks, parts = in_chunks(np.pad(weights, ((0, beyond), (0, 0))), chunk), []
    for group in groups:
        of_group = np.ascontiguousarray(chunks[group.start : group.stop].transpose(1, 0, 2))
        parts += [of_group.view("<i4").ravel(), words[:, group.start : group.stop].ravel()]
    return np.concatenate(parts).astype(np.int32)


def fields(layer: Layer) -> dict[str, Param]:
    """`scale`, `shift` and the table `packed`, the last fields of a kernel's struct."""
    requantized, words = requantization(layer)
    table = packed(layer.weights, words, sets(len(layer.weights)))
    return requantized | {"packed": table}


def rows(chunks: int) -> dict[str, Param]:
    """A row of memory in as many rows as the chain asks for: `first`, `rest`, `rows`."""
    first = (chunks - 1) % CHAIN + 1
    return {"first": first, "rest": CHAIN, "rows": (chunks - first) // CHAIN}


def copied(beyond: int, pixels: int) -> int:
    """Pixels that are copied where vectors of the last `beyond` would pass the end: pairs are whole."""
    return min(beyond + 1, pixels) if beyond else 0


def chunks(p: dict[str, Any]) -> int:
    """In a sum."""
    return int(p["first"] + p["rest"] * p["rows"])


def unpacked(
    p: dict[str, Any], groups: Sequence[range], kinds: int, chunk: int = CHUNK
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weights (channels, products) and words (kinds, channels) of the table in `p`."""
    channels, at = groups[-1].stop, 0
    made = sum(map(len, groups))  # some channels twice
    count = (len(p["packed"]) // made - kinds) * 4 // chunk
    weights = np.zeros((channels, count * chunk), np.int64)
    words = np.zeros((kinds, channels), np.int64)
    for group in groups:
        size = len(group)
        end = at + count * size * chunk // 4
        of_group = p["packed"][at:end].astype("<i4").view(np.int8).reshape(count, size, chunk)
        weights[group.start : group.stop] = of_group.transpose(1, 0, 2).reshape(size, -1)
        at = end + kinds * size
        words[:, group.start : group.stop] = p["packed"][end:at].reshape(kinds, size)
    return weights, words


def outputs(
    p: dict[str, Any], inputs: NDArray[np.int8], groups: Sequence[range]
) -> NDArray[np.int8]:
    """(pixels, channels) of inputs (pixels, products): what the C computes."""
    weights, words = unpacked(p, groups, 2 if p["scale"] else 3)
    products = inputs.shape[1]
    sums = inputs.astype(np.int64) @ weights[:, :products].T
    return leave(p, sums, words)


def leave(p: dict[str, Any], sums: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.int8]:
    """What becomes of `sums`, whose last axis is the channel; of the fields of a requantisation."""
    if p["scale"]:
        b, m = words
        values = ((sums * p["scale"] + b) * m >> 31) >> (doubling.LARGEST_SHIFT - p["shift"])
        short_results: NDArray[np.int8] = np.clip(values, -128, 127).astype(np.int8)
        return short_results
    bias, m, shift = words
    values = requantize(sums + bias, m, shift) + p["output_zero_point"]
    results: NDArray[np.int8] = np.clip(values, p["min"], p["max"]).astype(np.int8)
    return results

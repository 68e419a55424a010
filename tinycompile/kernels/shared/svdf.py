"""What the kernels of SVDF share: a layer of filters, each with a memory of its last outputs.

A filter is a product of the input with its feature weights; the newest of its outputs goes into its
memory, the oldest out. The output of a unit is the product of the memories of its filters (their
number is the rank) with time weights, plus a bias.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.external import SVDF
from tinycompile.kernel import Match, Pattern
from tinycompile.quantization import quantize_multiplier, requantize

Array = NDArray[Any]


def pattern() -> Pattern:
    p = Pattern()
    operands = [
        p.dequantize("input"),
        p.dequantize("state"),
        p.dequantize("features", constant=True),
        p.dequantize("time", constant=True),
        p.dequantize("bias", constant=True),
    ]
    return p.quantize(p.external("svdf", SVDF, *operands))


def activations_are_int8(match: Match) -> str | None:
    """Input and output are int8."""
    found = match.dtype("input"), match.dtype("output.quantize")
    return None if found == ("int8", "int8") else "they are {} and {}".format(*found)


def feature_weights_are_int8(match: Match) -> str | None:
    """Feature weights are int8 with zero point 0, of one scale."""
    return found_weights(match, "features", "int8")


def found_weights(match: Match, part: str, dtype: str) -> str | None:
    if match.dtype(part) != dtype:
        return f"they are {match.dtype(part)}"
    if match.scales(part).size > 1:
        return f"they have {match.scales(part).size} scales"
    zero_point = match.quantization(part).zero_point
    return f"zero point is {zero_point}" if zero_point else None


def sizes_fit(match: Match) -> str | None:
    """Inputs and filters are at most 32767."""
    largest = max(*match.shape("features"), *match.shape("time"))
    return None if largest < 1 << 15 else f"there are {largest}"


def lower(match: Match) -> Call:
    filters, inputs = match.shape("features")
    memory = match.shape("time")[1]
    units = match.shape("svdf")[-1]
    s_in, s_state, s_features, s_time, s_out = (
        match.quantization(part).scale for part in ("input", "state", "features", "time", "output")
    )
    feature_multiplier, feature_shift = quantize_multiplier(s_in * s_features / s_state)
    multiplier, shift = quantize_multiplier(s_state * s_time / s_out)
    low, high = match.clamp()
    return Call(
        inputs=("input", "state"),
        updates=(1,),
        params={
            "inputs": inputs,
            "units": units,
            "rank": filters // units,
            "memory": memory,
            "input_zero_point": match.quantization("input").zero_point,
            "state_zero_point": match.quantization("state").zero_point,
            "output_zero_point": match.quantization("output").zero_point,
            "min": low,
            "max": high,
            "feature_multiplier": feature_multiplier,
            "multiplier": multiplier,
            "feature_shift": feature_shift,
            "shift": shift,
            "feature_weights": match.array("features"),
            "time_weights": match.array("time"),
            "bias": match.array("bias").astype(np.int32),
        },
        macs=filters * (inputs + memory),
    )


def reference(p: dict[str, Any], x: NDArray[np.int8], state: Array) -> NDArray[np.int8]:
    """Any shapes; `state`, (filters, memory), is updated."""
    inputs = x.reshape(-1).astype(np.int64) - p["input_zero_point"]
    limits = np.iinfo(state.dtype)
    sums = p["feature_weights"].astype(np.int64) @ inputs
    newest = requantize(sums, p["feature_multiplier"], p["feature_shift"])
    newest = np.clip(newest, limits.min, limits.max) + p["state_zero_point"]
    rows = state.reshape(-1, p["memory"])
    rows[:, :-1] = rows[:, 1:]
    rows[:, -1] = newest.astype(state.dtype)  # wraps, as it does in TFLite Micro
    memories = (rows.astype(np.int64) - p["state_zero_point"]) * p["time_weights"]
    total = memories.reshape(p["units"], -1).sum(1) + p["bias"]
    out = requantize(total.astype(np.int32), p["multiplier"], p["shift"]) + p["output_zero_point"]
    clipped: NDArray[np.int8] = np.clip(out, p["min"], p["max"]).astype(np.int8)
    return clipped

"""What depthwise convolutions for Helium share: they may take columns for rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.kernel import Match
from tinycompile.kernels.mve import dense
from tinycompile.kernels.shared import window
from tinycompile.row_form import Reads, Shape

POINTS = ("input_zero_point", "output_zero_point", "min", "max")


def channels_have_one_filter(match: Match) -> str | None:
    """Each channel has one filter, and there are several channels."""
    channels, filters = match.shape("input")[3], match.shape("conv")[3]
    fits = channels == filters > 1
    return None if fits else f"there are {filters} filters for {channels}"


def turned(portable: Call, turn: bool) -> tuple[dict[str, Param], NDArray[np.int8]]:
    """The struct's first fields, up to `max`, and weights (H, W, C); of the mirrored image if turned."""
    p, weights = dense.numbers(portable.params), portable.params["weights"]
    assert isinstance(weights, np.ndarray)
    fields = geometry(p, "w", "h") if turn else geometry(p, "h", "w")
    points = {name: p[name] for name in POINTS}
    return fields | points, weights.transpose(1, 0, 2) if turn else weights


def geometry(p: dict[str, Any], h: str, w: str) -> dict[str, Param]:
    """The struct's first fields, rows along `h` and columns along `w`."""
    channels = p["output_c"]
    steps = {"h": p["input_w"] * channels, "w": channels}
    output_steps = {"h": p["output_w"] * channels, "w": channels}
    before = {"h": p["pad_top"], "w": p["pad_left"]}
    return {
        "input_h": p[f"input_{h}"], "input_w": p[f"input_{w}"], "channels": channels,
        "output_h": p[f"output_{h}"], "output_w": p[f"output_{w}"],
        "kernel_h": p[f"kernel_{h}"], "kernel_w": p[f"kernel_{w}"],
        "stride_h": p[f"stride_{h}"], "stride_w": p[f"stride_{w}"],
        "dilation_h": p[f"dilation_{h}"], "dilation_w": p[f"dilation_{w}"],
        "pad_top": before[h], "pad_left": before[w],
        "input_row": steps[h], "input_column": steps[w],
        "output_row": output_steps[h], "output_column": output_steps[w],
    }  # fmt: skip


def upright(p: dict[str, Any], output: Shape) -> dict[str, Any]:
    """`p` as it is where rows are those of the image; where it is turned, columns are the longer."""
    return dict(p) if p["output_h"] == output[1] else {name: p[mirrored(name)] for name in p}


def mirrored(name: str) -> str:
    for one, other in ("_h", "_w"), ("_row", "_column"), ("_top", "_left"):
        for end, becomes in (one, other), (other, one):
            if name.endswith(end):
                return name.removesuffix(end) + becomes
    return name


def reads(p: dict[str, Any]) -> Reads:
    """The rows of the input for a row of the output, of fields that are `upright`."""
    taps, stride, dilation = p["kernel_h"], p["stride_h"], p["dilation_h"]
    return Reads(tuple(range(p["input_h"])), taps, stride, dilation, p["pad_top"])


def tables(portable: Call, weights: NDArray[np.int8]) -> dict[str, Param]:
    """The struct's last fields: `scale` to `words`."""
    filters = portable.params["weights"]
    assert isinstance(filters, np.ndarray)
    layer = dense.Layer.of(portable.params, filters.reshape(-1, filters.shape[2]).T)
    requantized, words = dense.requantization(layer)
    return requantized | {"weights": weights, "words": np.ascontiguousarray(words.T)}


def reference(
    p: dict[str, Any], weights: NDArray[np.int8], x: NDArray[np.int8]
) -> NDArray[np.int8]:
    """x is (H, W, C), weights (H, W, C) of the image as the struct has it."""
    h, w, channels = p["input_h"], p["input_w"], p["channels"]
    image = x.reshape(h, w, channels)
    if p["input_row"] < p["input_column"]:
        image = x.reshape(w, h, channels).swapaxes(0, 1)
    sizes = {"kernel_h": weights.shape[0], "kernel_w": weights.shape[1]}
    sums = np.zeros((p["output_h"], p["output_w"], channels), np.int64)
    zero_point, wide = p["input_zero_point"], image.astype(np.int64)
    for ky, kx, where, pixels in window.taps({"dilation_w": 1} | p | sizes, wide - zero_point):
        sums[where] += pixels * weights[ky, kx]
    sums += zero_point * weights.sum(axis=(0, 1), dtype=np.int64)
    outputs = dense.leave(p, sums, p["words"].T.astype(np.int64))
    swapped = p["output_row"] < p["output_column"]
    return np.ascontiguousarray(outputs.swapaxes(0, 1)) if swapped else outputs

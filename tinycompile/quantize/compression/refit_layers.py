"""The layers of a cut network, in order, fitted to what they were: least squares on the samples.

What a layer sees is no longer what it saw: what was left out before it adds up. Its weights are moved so that
its sums come as close as they can to those of the whole network, and stay moved where the outputs gain.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.passes.quantize.set_constants import SetConstants
from tinycompile.quantize.compression.choose_channels import samples
from tinycompile.quantize.methods.round_weights import rows_seen
from tinycompile.quantize.model import graph
from tinycompile.quantize.model.float_graph import Weighted
from tinycompile.quantize.model.image_operators import evenly
from tinycompile.quantize.model.interpreter import Interpreter, Values
from tinycompile.quantize.model.network import Network
from tinycompile.rewriting.expressions import is_call
from tinycompile.shrinking.linked_channels import Indices

Array = NDArray[np.float32]
ROWS = 1 << 15  # of a layer's inputs
RIDGE = 0.01  # of the mean second moment, against moving far for little


def refitted(whole: Network, module: Any, kept: Mapping[str, Indices]) -> Any:
    """`module`, which is `whole` cut to `kept`, with weights and biases fitted."""
    feeds = samples(whole)
    plain, constants = Interpreter(module), dict[str, Array]()
    error = whole.output_error(plain.run(whole.judged, keep=whole.targets))
    items = [item for item in graph.read(module).weighted.values() if item.biased is not None]
    sums = whole.interpreter.run(feeds, keep=[str(item.biased) for item in items])
    for item in items:
        if item.biased is None or is_call(item.call, "nn.conv2d_transpose"):
            continue
        whole.progress(f"fitting what is left of {item.output}")
        x = plain.replacing(constants).run(feeds, keep=[item.input])[item.input]
        wanted = sums[item.biased]
        wanted = wanted[..., kept[item.biased]] if item.biased in kept else wanted
        tried = constants | _fitted(item, x, wanted)
        values: Values = plain.replacing(tried).run(whole.judged, keep=whole.targets)
        if (found := whole.output_error(values)) < error:
            constants, error = tried, found
    replaced: Any = SetConstants(constants)
    return replaced(module)


def _fitted(item: Weighted, x: Array, wanted: Array) -> dict[str, Array]:
    """Weights and bias of `item` that turn what it sees, `x`, into `wanted`, or nearly."""
    seen = rows_seen(item, x, ROWS)
    target = np.split(evenly(wanted.reshape(-1, wanted.shape[-1]), ROWS), len(seen), axis=1)
    parts = np.split(item.weights.reshape(len(item.weights), -1), len(seen))
    assert item.bias is not None and item.biased is not None
    biases = np.split(item.bias, len(seen))
    moved = [_least_squares(*group) for group in zip(seen, target, parts, biases, strict=True)]
    weights = np.concatenate([w for w, _ in moved]).reshape(item.weights.shape).astype(np.float32)
    bias = np.concatenate([b for _, b in moved]).astype(np.float32)
    return {item.name: weights.T if item.is_matmul else weights, item.biased: bias}


def _least_squares(
    x: Array, wanted: Array, weights: Array, bias: Array
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(O, K) weights and (O,) bias; the ridge pulls them towards what they were."""
    left = np.concatenate([x, np.ones((len(x), 1), np.float32)], axis=1).astype(np.float64)
    before = np.concatenate([weights, bias[:, None]], axis=1).astype(np.float64)
    missing = wanted - left @ before.T
    moments = left.T @ left
    ridge = RIDGE * float(np.mean(np.diag(moments))) or 1.0
    after = before + np.linalg.solve(moments + ridge * np.eye(len(moments)), left.T @ missing).T
    return after[:, :-1], after[:, -1]

"""What a layer loses without some of its inputs, when the others stand in for them.

On the samples the inputs of a layer go together (second moments). A channel that is left out is replaced by
the linear prediction from those that stay: its weights go to theirs, its mean to the bias. What remains is
the loss. One channel at a time (optimal brain surgeon), which together is the least-squares solution.
"""

import numpy as np
from numpy.typing import NDArray

from tinycompile.quantize.model.float_graph import Weighted

Array = NDArray[np.float32]
Doubles = NDArray[np.float64]
Indices = NDArray[np.int64]
RIDGE = 1e-3  # of the mean variance, added to all: samples are few
ROWS = 1 << 15  # of inputs that moments are made of


class Reader:
    """A layer's weights by input channel, as they change while channels are left out.

    `weights` are (channels, outputs, taps); of a flattened image a channel is an image, its places are taps.
    """

    def __init__(self, item: Weighted, x: Array, channels: int) -> None:
        assert item.bias is not None
        self.item, self.channels = item, channels
        flat = item.weights.astype(np.float64).reshape(len(item.weights), -1, channels)
        self.weights: Doubles = np.ascontiguousarray(flat.transpose(2, 0, 1))
        self.bias: Doubles = item.bias.astype(np.float64)
        every = x.reshape(-1, channels)
        rows: Doubles = every[:: max(1, len(every) // ROWS)].astype(np.float64)
        self.means: Doubles = rows.mean(axis=0)
        covariance = (rows - self.means).T @ (rows - self.means) / len(rows)
        self.signal = float(np.einsum("cot,cd,dot->", self.weights, covariance, self.weights))
        ridge = RIDGE * float(np.mean(np.diag(covariance))) or 1.0
        self.inverse: Doubles = np.linalg.inv(covariance + ridge * np.eye(channels))
        self.left = np.ones(channels, bool)

    def losses(self) -> Doubles:
        """Per channel, the share of the layer's signal that goes with it."""
        power = np.sum(self.weights**2, axis=(1, 2))
        spare = np.where(self.left, np.diag(self.inverse), 1.0)
        loss = power / np.maximum(spare, np.finfo(np.float64).tiny) / max(self.signal, 1e-30)
        return np.where(self.left, loss, 0.0)

    def remove(self, channel: int) -> None:
        """Leave `channel` out; what predicts it takes over its weights, the bias its mean."""
        column = self.inverse[:, channel]
        shares = -column / column[channel]
        shares[channel] = 0.0
        lost = self.weights[channel]
        rest = self.means[channel] - float(shares @ self.means)
        self.bias = self.bias + rest * lost.sum(axis=1)
        self.weights = self.weights + shares[:, None, None] * lost
        self.weights[channel] = 0.0
        self.inverse = self.inverse - np.outer(column, column) / column[channel]
        self.inverse[channel, :] = self.inverse[:, channel] = 0.0
        self.left[channel] = False

    def constants(self) -> tuple[Array, Array]:
        """Weights, output channels first, and bias, as they are now."""
        shape = self.item.weights.shape
        weights = self.weights.transpose(1, 2, 0).reshape(shape)
        return weights.astype(np.float32), self.bias.astype(np.float32)

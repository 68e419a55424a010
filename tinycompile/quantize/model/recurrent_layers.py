"""Recurrent layers on many samples at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile import external
from tinycompile.kernels.portable.f32 import gru_f32, lstm_f32, rnn_f32
from tinycompile.recurrence import CELLS, Recurrence

Array = NDArray[Any]
KERNELS = {external.LSTM: lstm_f32, external.GRU: gru_f32, external.RNN: rnn_f32}


def evaluate(call: relax.Call, operands: list[Array]) -> Array | tuple[Array, ...]:
    """What the layer makes of its input, states to begin with, and constants."""
    function = external.function(call)
    r, cell, kernel = Recurrence.of(call), CELLS[function], KERNELS[function]
    x, given = operands[0], dict(zip(r.states, operands[1:], strict=False))
    samples = max(len(x), *(len(state) for state in given.values()), 1)

    def whole(value: Array) -> Array:
        return np.broadcast_to(value, (samples, *value.shape[1:])).reshape(samples, -1)

    states = [whole(given[name]) if name in given else None for name in cell.states]
    made = dict(zip(cell.outputs, kernel.run(kernel.params(call), whole(x), *states), strict=True))
    found = [made[name].reshape(samples, *r.shape(name)).astype(np.float32) for name in r.outputs]
    return found[0] if len(found) == 1 else tuple(found)

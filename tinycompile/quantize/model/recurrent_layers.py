"""Recurrent layers on many samples at once, in float and in the integers that they become.

What goes on inside is calibrated here: the hidden states of all steps, of which the output may be the last
only, and the cells of an LSTM.
"""

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax

from tinycompile import external
from tinycompile.integer_lstm import CONSTANTS, OUTPUTS, IntegerLstm
from tinycompile.kernel import Match
from tinycompile.kernels.portable.f32 import gru_f32, lstm_f32, rnn_f32
from tinycompile.kernels.portable.s8 import gru_s8, lstm_s8
from tinycompile.kernels.shared import integer_lstm
from tinycompile.quantization import INT8, QParams
from tinycompile.quantize.model.weights import LARGEST_BIAS
from tinycompile.recurrence import (
    CELLS,
    REVERSE,
    Function,
    Integers,
    Layer,
    Recurrence,
    constant,
    is_recurrent,
)

Array = NDArray[Any]
KERNELS: dict[str, Any] = {
    external.LSTM: lstm_f32,
    external.GRU: gru_f32,
    external.RNN: rnn_f32,
    external.GRU_S8: gru_s8,
}
INTEGER = (external.LSTM, external.GRU)
HEADROOM = 1.25  # of cells, over the largest that were seen
EXPONENTS = (-15, -9)  # of their scale


def evaluate(call: relax.Call, operands: list[Array]) -> list[Array]:
    """The results that the layer makes of its input, states to begin with, and constants."""
    function = external.function(call)
    if function == external.INTEGER_LSTM:
        return [_integer_lstm(call, operands[0])]
    r, cell, kernel = Recurrence.of(call), CELLS[function], KERNELS[function]
    x, given = operands[0], dict(zip(r.states, operands[1:], strict=False))
    samples = max(len(x), *(len(state) for state in given.values()), 1)

    def whole(value: Array) -> Array:
        return np.broadcast_to(value, (samples, *value.shape[1:])).reshape(samples, -1)

    states = [whole(given[name]) if name in given else None for name in cell.states]
    made = dict(zip(cell.outputs, kernel.run(kernel.params(call), whole(x), *states), strict=True))
    return [made[name].reshape(samples, *r.shape(name)).astype(r.dtype(name)) for name in r.outputs]


def _integer_lstm(call: relax.Call, x: Array) -> Array:
    """Of int8, without states that are given, with one output."""
    layer = IntegerLstm.of(call)
    (output,) = layer.outputs
    constants = dict(zip(CONSTANTS, call.args[3:], strict=False))
    match = Match({"layer": call, "input": call.args[1], "states": call.args[2]} | constants)
    params = lstm_s8.lower(match).params
    made = integer_lstm.run(lstm_s8.leave, "int8", params, x.reshape(len(x), -1), None, None)
    found = dict(zip(OUTPUTS, made, strict=True))[output]
    return found.reshape(len(x), *layer.shape(output))


def has_integers(call: relax.Call) -> bool:
    """Whether a kernel computes the layer in integers."""
    function = external.function(call)
    if function not in INTEGER or constant(call, "peepholes").size:
        return False
    r, usual = Recurrence.of(call), CELLS[function].functions
    plain = r.clip is None and not r.coupled and r.functions == _functions(usual, r.directions)
    whole = all(length == r.steps for length in r.lengths)
    return plain and whole and not r.states and r.outputs in (("Y",), ("Y_h",))


def _functions(names: tuple[str, ...], directions: int) -> tuple[Function, ...]:
    return tuple(Function(name) for name in names * directions)


def inside(call: relax.Call, x: Array) -> tuple[Array, float]:
    """The hidden states of all steps, and the largest magnitude of an LSTM's cells."""
    function, r = external.function(call), Recurrence.of(call)
    kernel, states = KERNELS[function], [None] * len(CELLS[function].states)
    sizes: list[float] = []
    watched = {"sizes": sizes} if function == external.LSTM else {}
    y = kernel.run(kernel.params(call), x.reshape(len(x), -1), *states, **watched)[0]
    return y.reshape(len(x), -1, r.hidden).astype(np.float32), max(sizes, default=0.0)


@dataclass(frozen=True)
class Products:
    """Integers, and scales by direction and gate, of weights; biases at the scale of the sums."""

    integers: NDArray[np.int8]
    scales: NDArray[np.float32]
    biases: NDArray[np.int32]


def cell_exponent(largest: float) -> int:
    """Of the scale, a power of 2, with which int16 holds cells of that magnitude."""
    exponent = math.ceil(math.log2(max(HEADROOM * largest, 1e-9) / (1 << 15)))
    return min(max(exponent, EXPONENTS[0]), EXPONENTS[1])


def in_integers(call: relax.Call, source: QParams, hidden: QParams, exponent: int) -> Layer:
    """The layer on int8, given what its input, its hidden states and its cells become."""
    r, gates = Recurrence.of(call), CELLS[external.function(call)].gates
    biases = constant(call, "biases").reshape(r.directions, -1, r.hidden).astype(np.float64)
    weights = _products(constant(call, "weights"), biases[:, :gates], source)
    inside = np.zeros((r.directions, gates, r.hidden))
    if external.function(call) == external.GRU:  # the last bias is within the reset
        inside[:, 2] = biases[:, 3]
    states = _products(constant(call, "recurrent_weights"), inside, hidden)
    if external.function(call) == external.GRU:
        calls = [partial(_gru, r, source, hidden, weights, states)]
    else:
        of_lstm = partial(_lstm, r, source, hidden, 2.0**exponent, weights, states)
        calls = [partial(of_lstm, direction) for direction in range(r.directions)]
    (output,) = r.outputs
    shape = r.shape(output)
    return Layer(tuple(calls), shape, len(shape) - (2 if r.batch_first else 3))


def _gru(
    r: Recurrence,
    source: QParams,
    hidden: QParams,
    weights: Products,
    states: Products,
    x: relax.Expr,
) -> relax.Call:
    scales = np.stack([weights.scales, states.scales], axis=1)
    numbers = Integers(source, hidden, tuple(float(s) for s in scales.ravel()))
    arrays = (weights.integers, states.integers, weights.biases, states.biases)
    constants = [relax.const(array) for array in arrays]
    layer = replace(r, integers=numbers)
    return layer.call(external.GRU_S8, x, relax.Tuple([]), *constants)


def _lstm(
    r: Recurrence, source: QParams, hidden: QParams, cell_scale: float, weights: Products,
    states: Products, direction: int, x: relax.Expr,
) -> relax.Call:  # fmt: skip
    of_weights, of_states = (
        tuple(float(s) for s in products.scales[direction]) for products in (weights, states)
    )
    layer = IntegerLstm(
        r.steps, r.batch, r.inputs, r.hidden, r.batch_first, source, hidden, cell_scale,
        of_weights, of_states,  # type: ignore[arg-type]
        reverse=r.direction == REVERSE or direction > 0,
        states=(),
        outputs=r.outputs,
    )  # fmt: skip
    gates = (4, r.hidden)
    constants = [
        relax.const(weights.integers[direction].reshape(*gates, r.inputs)),
        relax.const(states.integers[direction].reshape(*gates, r.hidden)),
        relax.const(weights.biases[direction].reshape(gates)),
    ]
    return layer.call(x, [], *constants, dtype="int8")


def _products(weights: Array, biases: Array, source: QParams) -> Products:
    """With a scale for the weights of each direction and gate."""
    gates = weights.reshape(*biases.shape[:2], -1)
    peaks = np.abs(gates).max(axis=2, initial=0).astype(np.float64) / INT8[1]
    least = np.abs(biases).max(axis=2, initial=0) / (source.scale * LARGEST_BIAS)
    found = np.maximum(peaks, least)
    scales = np.where(found > 0, found, 1.0).astype(np.float32)
    integers = np.clip(np.rint(gates / scales[..., None]), -INT8[1], INT8[1]).astype(np.int8)
    sums = (np.float32(source.scale) * scales).astype(np.float64)[..., None]
    rounded = np.rint(biases / sums).astype(np.int32)
    return Products(integers.reshape(weights.shape), scales, rounded.reshape(len(biases), -1))


def simulated(layer: Layer, source: QParams, hidden: QParams, x: Array) -> Array:
    """What the layer in integers makes of reals, as reals."""
    steps = np.rint(x / np.float32(source.scale)) + source.zero_point
    integers = np.clip(steps, *INT8).astype(np.int8)
    data = relax.Var("x", relax.TensorType(x.shape[1:], "int8"))
    parts = [evaluate(call(data), [integers])[0] for call in layer.calls]
    shaped = [np.reshape(part, (len(x), *layer.part)) for part in parts]
    made = np.concatenate(shaped, layer.axis + 1)
    return (made.astype(np.float32) - hidden.zero_point) * np.float32(hidden.scale)


def is_quantized(call: Any) -> bool:
    """Whether `call` is a recurrent layer that integers compute."""
    return is_recurrent(call) and has_integers(call)

"""How far a tensor may be from the oracle's, both being right.

Integers by a number that the oracle states. Floats are rounded at every step, so theirs comes from what makes
them: the oracle runs again on operands that are off by a little, and what that changes says how much a result
hangs on their last bits, through cancellation as through an exponential. Rounding errors of a sum grow
with the root of its length. Some functions are approximated with an error relative to their range, not to a
value near 0.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinycompile.families import GENERATED
from tinycompile.generated import GeneratedKernel
from tinycompile.kernels.portable.f32.unary_f32 import NAMES
from tinycompile.program import Layer

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled

Arrays = dict[str, np.ndarray]

LARGEST = float(np.finfo(np.float32).max)
EPSILON = float(np.finfo(np.float32).eps)
MARGIN = 4  # times the rounding error of one operation
RANGE = 2 * EPSILON  # of a tensor's largest value
APPROXIMATED = 8 * EPSILON  # of the range of a function that is approximated
NUDGE = 2.0**-14  # by which operands are off, relative: far more than rounding, far less than all
NUDGES = 4  # how often that is tried, as long as something is too far; the largest change counts
WIDE = 8  # of 65,536, of a tensor in int16: tables are interpolated, as TFLite's are

BOUNDED = ("tanh", "erf", "sigmoid", "nn.softmax", "nn.log_softmax")  # values, or errors, up to 1
RECURRENT = ("tc_lstm_f32", "tc_gru_f32", "tc_rnn_f32")  # of sigmoids and tanhs inside
GATES = ("nn.silu", "nn.gelu", "nn.gelu_tanh")  # values up to those of the operand


class Tolerance:
    """Of every tensor of `compiled`, run by run; `aliases` are tensors with the bytes of a layer's output."""

    def __init__(self, compiled: "Compiled", aliases: dict[str, str]) -> None:
        self.compiled, self.aliases = compiled, aliases
        self.makers = {t.name: layer for layer in compiled.program.layers for t in layer.outputs}
        self.streams: list[Any] = []  # oracles whose states are those of nudged operands

    def of(
        self, oracle: Any, run: int, inputs: Arrays, ours: Arrays, theirs: Arrays
    ) -> dict[str, np.ndarray]:
        """By name what |ours - theirs| may be: for every element, or one number for all."""
        allowed = {name: np.asarray(self.of_integers(oracle, a)) for name, a in theirs.items()}
        floats = [name for name, array in theirs.items() if array.dtype.kind == "f"]
        if not floats:
            return allowed
        layers = {name: self.layers_behind(name, theirs) for name in floats}
        changes = {name: np.zeros(theirs[name].shape) for name in floats}
        operands = ours | inputs
        streams = self.streams_of(oracle)
        for i in range(NUDGES + 1):
            for name in floats:
                change = at_least_typical(changes[name])
                allowed[name] = of_floats(theirs[name], change, layers[name], operands)
            far = [n for n in floats if not is_close(ours[n], theirs[n], allowed[n]).all()]
            if i == NUDGES or not (far or streams):
                break
            rng = np.random.default_rng((run, i))
            nudged = streams[i] if streams else oracle
            results = nudged.run(nudge(inputs, rng), nudge(ours, rng))
            for name in floats if streams else far:
                changes[name] = np.maximum(changes[name], change_of(theirs[name], results[name]))
        return allowed

    def of_integers(self, oracle: Any, array: np.ndarray) -> int:
        wide = self.compiled.quantized is not None and array.dtype == np.int16
        return WIDE if wide else oracle.tolerance

    def streams_of(self, oracle: Any) -> list[Any]:
        """Where the model has states: an oracle for each nudge, each with states of its own."""
        if self.compiled.program.states and not self.streams:
            self.streams = [type(oracle)(self.compiled, oracle.names) for _ in range(NUDGES)]
        return self.streams

    def layers_behind(self, name: str, seen: Collection[str]) -> list[Layer]:
        """What makes `name` of tensors that are among `seen`, and so exact."""
        found: list[Layer] = []
        waiting = [name]
        while waiting:
            made = waiting.pop()
            layer = self.makers.get(self.aliases.get(made, made))
            if layer is None or layer in found:
                continue
            found.append(layer)
            names = [t.name for t in layer.inputs]
            waiting += [n for n in names if not {n, self.aliases.get(n, n)} & set(seen)]
        return found

    def close(self) -> None:
        for oracle in self.streams:
            oracle.close()


def nudge(arrays: Arrays, rng: np.random.Generator) -> Arrays:
    """Floats off by about NUDGE of each."""
    return {
        name: np.clip(a * (1 + NUDGE * rng.standard_normal(a.shape)), -LARGEST, LARGEST).astype(
            a.dtype
        )
        if a.dtype.kind == "f"
        else a
        for name, a in arrays.items()
    }


def change_of(theirs: np.ndarray, nudged: np.ndarray) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # of infinities
        change = np.abs(nudged.astype(np.float64) - theirs)
    return np.asarray(np.nan_to_num(change, nan=0, posinf=0))


def at_least_typical(change: NDArray[np.float64]) -> NDArray[np.float64]:
    """By chance all nudges may cancel in an element: it counts as half of what is usual in its channel."""
    channels = change.reshape(-1, change.shape[-1] if change.ndim else 1)
    usual = np.sqrt(np.mean(channels**2, axis=0, keepdims=True))
    return np.asarray(np.maximum(channels, usual / 2)).reshape(change.shape)


def of_floats(
    theirs: np.ndarray, change: NDArray[np.float64], layers: list[Layer], operands: Arrays
) -> np.ndarray:
    size = np.nan_to_num(np.abs(theirs.astype(np.float64)), nan=0, posinf=0)
    steps = np.sqrt(sum(length(layer) for layer in layers) or 1)
    functions = sum(approximated(layer, operands) for layer in layers)
    if any(
        layer.kernel.family == GENERATED for layer in layers
    ):  # what follows them may scale them
        functions *= max(1.0, float(size.max(initial=0)))
    rounding = MARGIN * EPSILON * steps * (size + change / NUDGE)
    return np.asarray(rounding + RANGE * size.max(initial=0) + APPROXIMATED * functions)


def length(layer: Layer) -> float:
    """How many terms make an element."""
    outputs = max(sum(int(np.prod(t.shape)) for t in layer.outputs), 1)
    read = sum(int(np.prod(t.shape)) for t in layer.inputs)
    return max(layer.call.macs / outputs, read / outputs, 1)


def approximated(layer: Layer, operands: Arrays) -> float:
    """The ranges of the functions in `layer` that are usually approximated, together."""
    functions = functions_of(layer)
    largest = 1.0
    if functions.intersection(GATES):
        values = np.abs(operands.get(layer.inputs[0].name, np.ones(1)))
        largest = max(largest, float(values[np.isfinite(values)].max(initial=0)))
    return len(functions.intersection(BOUNDED)) + largest * len(functions.intersection(GATES))


def functions_of(layer: Layer) -> frozenset[str]:
    """The operators of Relax in `layer`, as far as they may be approximated."""
    if isinstance(layer.kernel, GeneratedKernel):
        return layer.kernel.operators
    if layer.kernel.symbol == "tc_softmax_f32":
        return frozenset(["nn.softmax"])
    if layer.kernel.symbol in RECURRENT:
        return frozenset(["sigmoid", "tanh"])
    function = int(layer.call.params.get("function", 0)) - 1  # type: ignore[arg-type]
    known = layer.kernel.symbol == "tc_unary_f32" and function >= 0
    return frozenset([NAMES[function]] if known else [])


def is_close(ours: np.ndarray, theirs: np.ndarray, allowed: ArrayLike) -> NDArray[np.bool_]:
    """Element by element; NaN equals only itself. Infinity is the largest float: kernels bound it."""
    if ours.dtype.kind != "f":
        far = ours.astype(np.int64) - theirs.astype(np.int64)
        return np.asarray(np.abs(far) <= allowed)
    a, b = (np.clip(x.astype(np.float64), -LARGEST, LARGEST) for x in (ours, theirs))
    return np.asarray((np.abs(a - b) <= allowed) | (np.isnan(a) & np.isnan(b)))

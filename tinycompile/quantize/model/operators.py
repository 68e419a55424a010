"""Relax operators in numpy, on many samples at once.

Every array has one axis more than Relax knows, the first: the samples. Constants have one sample, which
broadcasts. What is not written here, TVM runs sample by sample.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax, tirx

from tinycompile import external
from tinycompile.kernels.shared.unary import ATTRIBUTES, FUNCTIONS
from tinycompile.passes.windows.gather_pads import NUMPY_MODES
from tinycompile.quantize.model import by_tvm, image_operators, recurrent_layers
from tinycompile.recurrence import is_recurrent
from tinycompile.rewriting import permutation, qdq
from tinycompile.rewriting.expressions import shape_of
from tinycompile.rewriting.qdq import Quantization
from tinycompile.rewriting.slices import slices

Array = NDArray[Any]
Operator = Callable[[relax.Call, list[Array]], Array]


def evaluate(call: relax.Call, operands: list[Array]) -> Array:
    """`call` on the values of its tensor operands, all with a leading axis of samples."""
    name = str(call.op.name)
    if is_recurrent(call) or external.function(call) == external.INTEGER_LSTM:
        return recurrent_layers.evaluate(call, operands)[0]
    if name in WINDOWS and image_operators.is_canonical(call):
        return WINDOWS[name](call, operands)
    if name in OPERATORS:
        return OPERATORS[name](call, operands)
    if name in FUNCTIONS:
        return _elementwise(call, operands)
    return by_tvm.evaluate(call, operands)


def evaluate_field(call: relax.Call, operands: list[Array], index: int) -> Array:
    """The result number `index` of a call that has several."""
    if is_recurrent(call):
        return recurrent_layers.evaluate(call, operands)[index]
    return by_tvm.evaluate(call, operands, index)


def _elementwise(call: relax.Call, operands: list[Array]) -> Array:
    rank = max(x.ndim for x in operands)
    aligned = [_of_rank(x, rank - 1) for x in operands]
    numbers = [float(a.value) for a in call.args if isinstance(a, tirx.IntImm | tirx.FloatImm)]
    name = str(call.op.name)
    numbers += [float(call.attrs[a]) for a in ATTRIBUTES.get(name, ())]
    with np.errstate(all="ignore"):
        value = FUNCTIONS[name](*aligned, *numbers)
    return np.asarray(value).astype(str(call.ty.dtype), copy=False)


def _matmul(call: relax.Call, operands: list[Array]) -> Array:
    a, b = operands
    if b.shape[0] == 1 and b.ndim == 3:
        return np.asarray(a @ b[0])
    rank = max(a.ndim, b.ndim)
    a, b = (_of_rank(x, rank - 1) for x in (a, b))
    return np.asarray(a @ b).reshape(-1, *shape_of(call))


# --- Reductions -----------------------------------------------------------------------------------


def _reduction(function: Callable[..., Array]) -> Operator:
    def reduce(call: relax.Call, operands: list[Array]) -> Array:
        rank = operands[0].ndim - 1
        given = range(rank) if call.attrs.axis is None else call.attrs.axis
        axes = tuple(int(axis) % rank + 1 for axis in given)
        out = function(operands[0], axis=axes, keepdims=bool(call.attrs.keepdims))
        return out.astype(str(call.ty.dtype), copy=False)

    return reduce


def _softmax(call: relax.Call, operands: list[Array]) -> Array:
    x = operands[0]
    axis = _axis(call, x)
    exponentials = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=axis, keepdims=True))


def _log_softmax(call: relax.Call, operands: list[Array]) -> Array:
    x, axis = operands[0], _axis(call, operands[0])
    x = x - x.max(axis=axis, keepdims=True)
    return np.asarray(x - np.log(np.exp(x).sum(axis=axis, keepdims=True)))


def _search(function: Callable[..., Array]) -> Operator:
    def search(call: relax.Call, operands: list[Array]) -> Array:
        x = operands[0]
        if call.attrs.axis is None:
            found = function(x.reshape(len(x), -1), axis=1)
        else:
            found = function(x, axis=_axis(call, x))
        return np.asarray(found, str(call.ty.dtype)).reshape(len(x), *shape_of(call))

    return search


def _axis(call: relax.Call, x: Array) -> int:
    """The dimension of `x`, samples included, that is the attribute `axis`."""
    return int(call.attrs.axis) % (x.ndim - 1) + 1


# --- Movements ------------------------------------------------------------------------------------


def _reshape(call: relax.Call, operands: list[Array]) -> Array:
    return operands[0].reshape(len(operands[0]), *shape_of(call))


def _permute_dims(call: relax.Call, operands: list[Array]) -> Array:
    return operands[0].transpose(0, *(axis + 1 for axis in permutation.of(call)))


def _concat(call: relax.Call, operands: list[Array]) -> Array:
    samples = max(len(x) for x in operands)
    whole = [np.broadcast_to(x, (samples, *x.shape[1:])) for x in operands]
    return np.concatenate(whole, _axis(call, whole[0]))


def _strided_slice(call: relax.Call, operands: list[Array]) -> Array:
    return operands[0][(slice(None), *slices(call))]


def _pad(call: relax.Call, operands: list[Array]) -> Array:
    widths = [int(width) for width in call.attrs.pad_width]
    pairs = [(0, 0), *zip(widths[::2], widths[1::2], strict=True)]
    if (mode := str(call.attrs.pad_mode)) == "constant":
        return np.pad(operands[0], pairs, constant_values=float(call.attrs.pad_value))
    padded: Array = np.pad(operands[0], pairs, NUMPY_MODES[mode])  # type: ignore[call-overload]
    return padded


def _take(call: relax.Call, operands: list[Array]) -> Array:
    x, indices = operands
    if call.attrs.axis is None or (len(indices) > 1 and len(x) > 1):
        return by_tvm.evaluate(call, operands)
    if len(indices) == 1:
        return np.asarray(np.take(x, indices[0], _axis(call, x)))
    axis = _axis(call, x) - 1  # of the only sample, in which every sample of the indices looks
    return np.moveaxis(np.take(x[0], indices, axis), axis, 0)


def _tile(call: relax.Call, operands: list[Array]) -> Array:
    repeats = [int(n) for n in call.attrs.repeats]
    return np.tile(_of_rank(operands[0], len(repeats)), [1, *repeats])


def _broadcast_to(call: relax.Call, operands: list[Array]) -> Array:
    shape = shape_of(call)
    return np.asarray(
        np.broadcast_to(_of_rank(operands[0], len(shape)), (len(operands[0]), *shape))
    )


def _flip(call: relax.Call, operands: list[Array]) -> Array:
    return np.flip(operands[0], _axis(call, operands[0]))


def _repeat(call: relax.Call, operands: list[Array]) -> Array:
    x = operands[0] if call.attrs.axis is not None else operands[0].reshape(len(operands[0]), -1)
    return np.repeat(x, int(call.attrs.repeats), 1 if call.attrs.axis is None else _axis(call, x))


def _of_rank(x: Array, rank: int) -> Array:
    """With ones in front of the shape, behind the samples, until it has `rank`."""
    return x.reshape(len(x), *[1] * (rank + 1 - x.ndim), *x.shape[1:])


def _prelu(call: relax.Call, operands: list[Array]) -> Array:
    x, slopes = operands
    shape = [1] * x.ndim
    shape[_axis(call, x)] = -1
    return np.where(x < 0, x * slopes.reshape(shape), x)


def _where(call: relax.Call, operands: list[Array]) -> Array:
    condition, a, b = (_of_rank(x, len(shape_of(call))) for x in operands)
    return np.where(condition, a, b)


def _layer_norm(call: relax.Call, operands: list[Array]) -> Array:
    (x, gamma, beta), attrs, rank = operands, call.attrs, operands[0].ndim - 1
    axes = tuple(int(axis) % rank + 1 for axis in attrs.axes)
    if axes != tuple(range(rank + 1 - len(axes), rank + 1)):
        return by_tvm.evaluate(call, operands)
    centred = x - x.mean(axes, keepdims=True)
    variance = np.square(centred).mean(axes, keepdims=True)
    y = centred / np.sqrt(variance + np.float32(attrs.epsilon))
    y = y * _of_rank(gamma, rank) if attrs.scale else y
    return np.asarray(y + _of_rank(beta, rank) if attrs.center else y)


# --- Quantisation ---------------------------------------------------------------------------------


def _quantize(call: relax.Call, operands: list[Array]) -> Array:
    quantization = qdq.of_quantize(call)
    assert quantization is not None, "scale and zero point are constants in the canonical form"
    scale, zero_point = _along(quantization, operands[0].ndim)
    integers = np.rint(operands[0] / scale) + zero_point
    return np.asarray(np.clip(integers, *quantization.limits), quantization.dtype)


def _dequantize(call: relax.Call, operands: list[Array]) -> Array:
    quantization = qdq.of_dequantize(call)
    assert quantization is not None, "scale and zero point are constants in the canonical form"
    scale, zero_point = _along(quantization, operands[0].ndim)
    return (operands[0].astype(np.float32) - zero_point) * scale


def _along(quantization: Quantization, rank: int) -> tuple[Array, Array]:
    """Scale and zero point, broadcastable to a tensor of `rank`, samples included."""
    shape = [1] * rank
    if quantization.scale.ndim:
        shape[quantization.axis % (rank - 1) + 1] = -1
    zero_point = np.broadcast_to(quantization.zero_point, quantization.scale.shape)
    return quantization.scale.reshape(shape), zero_point.astype(np.float32).reshape(shape)


# --- The rest -------------------------------------------------------------------------------------


OPERATORS: dict[str, Operator] = {
    "relax.matmul": _matmul,
    "relax.mean": _reduction(np.mean),
    "relax.sum": _reduction(np.sum),
    "relax.max": _reduction(np.max),
    "relax.min": _reduction(np.min),
    "relax.nn.softmax": _softmax,
    "relax.nn.log_softmax": _log_softmax,
    "relax.argmax": _search(np.argmax),
    "relax.argmin": _search(np.argmin),
    "relax.reshape": _reshape,
    "relax.squeeze": _reshape,
    "relax.expand_dims": _reshape,
    "relax.permute_dims": _permute_dims,
    "relax.concat": _concat,
    "relax.strided_slice": _strided_slice,
    "relax.nn.pad": _pad,
    "relax.nn.prelu": _prelu,
    "relax.take": _take,
    "relax.tile": _tile,
    "relax.where": _where,
    "relax.nn.layer_norm": _layer_norm,
    "relax.broadcast_to": _broadcast_to,
    "relax.flip": _flip,
    "relax.repeat": _repeat,
    "relax.quantize": _quantize,
    "relax.dequantize": _dequantize,
}
WINDOWS: dict[str, Operator] = {
    "relax.nn.conv2d": image_operators.conv2d,
    "relax.nn.conv2d_transpose": image_operators.conv2d_transpose,
    "relax.nn.max_pool2d": image_operators.max_pool2d,
    "relax.nn.avg_pool2d": image_operators.avg_pool2d,
    "relax.image.resize2d": image_operators.resize2d,
}

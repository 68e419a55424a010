"""Norms of which TVM computes the variance as the mean square less the squared mean.

That leaves few digits where the mean is large. Here it is the mean square of the distances from the mean, as
in layer norm.
"""

from collections.abc import Sequence

from tvm import relax
from tvm.relax import op


def _normalized(
    builder: relax.BlockBuilder, x: relax.Expr, axes: Sequence[int], epsilon: float
) -> relax.Expr:
    mean = builder.emit(op.mean(x, list(axes), keepdims=True))
    rest = builder.emit(op.subtract(x, mean))
    square = builder.emit(op.multiply(rest, rest))
    variance = builder.emit(op.mean(square, list(axes), keepdims=True))
    shifted = builder.emit(op.add(variance, relax.const(epsilon, "float32")))
    return builder.emit(op.multiply(rest, builder.emit(op.rsqrt(shifted))))


def _scaled(
    builder: relax.BlockBuilder, x: relax.Expr, call: relax.Call, channel: int
) -> relax.Expr:
    """`x` times gamma plus beta, one for each channel."""
    rank = len(call.args[0].ty.shape)
    shape = [1] * rank
    shape[channel] = int(call.args[0].ty.shape[channel])
    gamma, beta = (builder.emit(op.reshape(arg, shape)) for arg in call.args[1:3])
    return op.add(builder.emit(op.multiply(x, gamma)), beta)


def instance_norm(builder: relax.BlockBuilder, call: relax.Call) -> relax.Expr:
    rank = len(call.args[0].ty.shape)
    axes = [int(axis) % rank for axis in call.attrs.axes]
    norm = _normalized(builder, call.args[0], axes, float(call.attrs.epsilon))
    return _scaled(builder, norm, call, int(call.attrs.channel_axis) % rank)


def group_norm(builder: relax.BlockBuilder, call: relax.Call) -> relax.Expr:
    data, groups = call.args[0], int(call.attrs.num_groups)
    shape = [int(n) for n in data.ty.shape]
    channel = int(call.attrs.channel_axis) % len(shape)
    apart = [*shape[:channel], groups, shape[channel] // groups, *shape[channel + 1 :]]
    others = [int(axis) % len(shape) for axis in call.attrs.axes]
    axes = [channel + 1, *(axis + (axis > channel) for axis in others)]
    grouped = builder.emit(op.reshape(data, apart))
    norm = _normalized(builder, grouped, sorted(axes), float(call.attrs.epsilon))
    return _scaled(builder, builder.emit(op.reshape(norm, shape)), call, channel)

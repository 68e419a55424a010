"""Groups of operators at random, in Relax and in numpy at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod

import numpy as np
from tvm import relax
from tvm.relax import op

from tests.tir.cases import quantized, real
from tests.tir.references import bilinear, convolution, normalized, sigmoid, softmax, steps
from tests.tir.runtime import Array, constant

Value = tuple[relax.Expr, Array]
SIZES = (1, 2, 3, 5, 8)


@dataclass
class RandomGroup:
    """Emits `length` operators over the parameters of `shapes`, and computes them of `inputs`."""

    seed: int
    length: int = 6
    inputs: list[Array] = field(default_factory=list)
    results: list[Array] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        rank = int(self.random.integers(1, 5))
        shape = tuple(int(n) for n in self.random.choice(SIZES, rank))
        count = int(self.random.integers(1, 3))
        self.inputs = [self.numbers(shape) for _ in range(count)]

    @property
    def types(self) -> list[tuple[tuple[int, ...], str]]:
        return [(x.shape, "float32") for x in self.inputs]

    def numbers(self, shape: tuple[int, ...]) -> Array:
        return self.random.normal(size=shape).astype(np.float32)

    def body(self, builder: relax.BlockBuilder, *params: relax.Expr) -> tuple[relax.Expr, ...]:
        self.builder = builder
        values: list[Value] = list(zip(params, self.inputs, strict=True))
        made: list[Value] = []
        while len(made) < self.length:
            operators = sorted(name for name in vars(type(self)) if name.startswith("op_"))
            operator: Callable[..., tuple[relax.Expr, Array] | None]
            operator = getattr(self, str(self.random.choice(operators)))
            recent = values[-3:]
            x = recent[int(self.random.integers(len(recent)))]
            if (result := operator(*x, values)) is None:
                continue
            expr, array = result
            if prod(array.shape) > 4096 or not np.isfinite(array).all() or abs(array).max() > 1e4:
                continue
            made.append((builder.emit(expr), np.asarray(array, np.float32)))
            values.append(made[-1])
        chosen = [made[-1]]
        if self.random.random() < 0.3:
            chosen.append(made[int(self.random.integers(len(made)))])
        self.results = [array for _, array in chosen]
        return tuple(expr for expr, _ in chosen)

    def axis(self, x: Array) -> int:
        return int(self.random.integers(x.ndim))

    def op_unary(self, e: relax.Expr, x: Array, _: list[Value]) -> Value:
        pairs: list[tuple[Callable[..., relax.Expr], Callable[..., Array]]] = [
            (op.nn.relu, lambda x: np.maximum(x, 0)),
            (op.sigmoid, sigmoid),
            (op.negative, np.negative),
            (op.abs, np.abs),
            (op.tanh, np.tanh),
            (op.square, np.square),
        ]
        relaxed, plain = pairs[int(self.random.integers(len(pairs)))]
        return relaxed(e), plain(x)

    def op_binary(self, e: relax.Expr, x: Array, values: list[Value]) -> Value | None:
        other, y = values[int(self.random.integers(len(values)))]
        try:
            np.broadcast_shapes(x.shape, y.shape)
        except ValueError:
            return None
        pairs: list[tuple[Callable[..., relax.Expr], Callable[..., Array]]] = [
            (op.add, np.add),
            (op.multiply, np.multiply),
            (op.subtract, np.subtract),
            (op.maximum, np.maximum),
        ]
        relaxed, plain = pairs[int(self.random.integers(len(pairs)))]
        return relaxed(e, other), plain(x, y)

    def op_reduce(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        axes = sorted({self.axis(x) for _ in range(int(self.random.integers(1, 3)))})
        keep = bool(self.random.integers(2))
        pairs: list[tuple[Callable[..., relax.Expr], Callable[..., Array]]] = [
            (op.sum, np.sum),
            (op.mean, np.mean),
            (op.max, np.max),
            (op.variance, np.var),
        ]
        relaxed, plain = pairs[int(self.random.integers(len(pairs)))]
        return relaxed(e, axes, keepdims=keep), plain(x, axis=tuple(axes), keepdims=keep)

    def op_softmax(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        axis = self.axis(x)
        return op.nn.softmax(e, axis), softmax(x, axis)

    def op_layer_norm(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0 or x.shape[-1] < 3:
            return None
        gamma, beta = self.numbers(x.shape[-1:]), self.numbers(x.shape[-1:])
        norm = op.nn.layer_norm(e, constant(gamma), constant(beta), axes=[-1], epsilon=1e-2)
        return norm, normalized(x, -1, 1e-2) * gamma + beta

    def op_permute(self, e: relax.Expr, x: Array, _: list[Value]) -> Value:
        order = [int(i) for i in self.random.permutation(x.ndim)]
        return op.permute_dims(e, order), x.transpose(order)

    def op_reshape(self, e: relax.Expr, x: Array, _: list[Value]) -> Value:
        shape = [int(n) for n in self.random.permutation([*x.shape, 1])]
        if len(shape) > 2 and self.random.random() < 0.6:
            shape[:2] = [shape[0] * shape[1]]
        return op.reshape(e, shape), x.reshape(shape)

    def op_slice(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        axis = self.axis(x)
        start = int(self.random.integers(x.shape[axis]))
        step = int(self.random.integers(1, 3))
        taken = [slice(None)] * x.ndim
        taken[axis] = slice(start, None, step)
        return op.strided_slice(e, [axis], [start], [x.shape[axis]], [step]), x[tuple(taken)]

    def op_pad(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        widths = [int(n) for n in self.random.integers(0, 3, 2 * x.ndim)]
        pairs = list(zip(widths[::2], widths[1::2], strict=True))
        return op.nn.pad(e, widths), np.pad(x, pairs)

    def op_concat(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        axis = self.axis(x)
        negated = self.builder.emit(op.negative(e))
        return op.concat([e, negated], axis), np.concatenate([x, -x], axis)

    def op_flip(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        axis = self.axis(x)
        return op.flip(e, axis), np.flip(x, axis)

    def op_matmul(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim < 2:
            return None
        weights = self.numbers((x.shape[-1], int(self.random.choice(SIZES)))) / 2
        return op.matmul(e, constant(weights)), x @ weights

    def op_itself(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        """The product with its own transpose."""
        if x.ndim != 2:
            return None
        return op.matmul(e, self.builder.emit(op.permute_dims(e))), x @ x.T

    def op_cumulative(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        axis = self.axis(x)
        return op.cumsum(e, axis), x.cumsum(axis)

    def op_sort(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        axis = self.axis(x)
        return op.sort(e, axis=axis), np.sort(x, axis)

    def op_int8(self, e: relax.Expr, x: Array, _: list[Value]) -> Value:
        """There and back, in steps that are no matter of rounding: a table in integers between."""
        whole = self.builder.emit(op.round(op.clip(e, -9, 9)))
        there = self.builder.emit(quantized(whole, 1.0, 3))
        return real(self.builder, there, 0.25, 1), (
            (steps(np.rint(np.clip(x, -9, 9)), 1.0, 3).astype(np.float32) - 1) * np.float32(0.25)
        )

    def op_where(self, e: relax.Expr, x: Array, values: list[Value]) -> Value | None:
        other, y = values[int(self.random.integers(len(values)))]
        if x.shape != y.shape:
            return None
        larger = self.builder.emit(op.greater(e, other))
        return op.where(larger, e, constant(0.5, "float32")), np.where(x > y, x, np.float32(0.5))

    def op_take(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        axis = self.axis(x)
        chosen = self.random.integers(0, x.shape[axis], int(self.random.integers(1, 6)))
        return op.take(e, constant(chosen), axis), x.take(chosen, axis)

    def op_place(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        """The place of the largest, and what is there in the negative."""
        if x.ndim == 0:
            return None
        axis = self.axis(x)
        place = self.builder.emit(op.argmax(e, axis, keepdims=True))
        negated = self.builder.emit(op.negative(e))
        found = op.gather_elements(negated, place, axis)
        return found, np.take_along_axis(-x, x.argmax(axis, keepdims=True), axis)

    def op_top(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim == 0:
            return None
        axis = self.axis(x)
        k = int(self.random.integers(1, x.shape[axis] + 1))
        largest = np.flip(np.sort(x, axis), axis).take(range(k), axis)
        return op.topk(e, k, axis, ret_type="values"), largest

    def op_integers(self, e: relax.Expr, x: Array, _: list[Value]) -> Value:
        """Arithmetic that leaves the range of an int32, and comes back."""
        whole = self.builder.emit(op.astype(self.builder.emit(op.clip(e, -9, 9)), "int32"))
        plain = np.trunc(np.clip(x, -9, 9)).astype(np.int32)
        large = self.builder.emit(op.multiply(whole, constant(2**30 + 7, "int32")))
        few = self.builder.emit(op.floor_mod(large, constant(11, "int32")))
        with np.errstate(over="ignore"):
            wrapped = plain * np.int32(2**30 + 7)
        return op.astype(few, "float32"), (wrapped % np.int32(11)).astype(np.float32)

    def op_window(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        """The maximum of what lies around, or a convolution, of images."""
        if x.ndim != 4 or min(x.shape[1:3]) < 3:
            return None
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
        if self.random.random() < 0.5:
            windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))
            pool = op.nn.max_pool2d(e, (3, 3), (2, 2), (1, 1), layout="NHWC")
            return pool, windows[:, ::2, ::2].max((-1, -2))
        weights = self.numbers((3, 3, x.shape[-1], int(self.random.choice(SIZES)))) / 4
        made = op.nn.conv2d(
            e, constant(weights), padding=1, data_layout="NHWC", kernel_layout="HWIO"
        )
        return made, convolution(x, weights, 1, 1)

    def op_larger(self, e: relax.Expr, x: Array, _: list[Value]) -> Value | None:
        if x.ndim != 4:
            return None
        height, width = (int(n) for n in self.random.integers(1, 9, 2))
        resized = op.image.resize2d(e, (height, width), layout="NHWC")
        return resized, bilinear(x, height, width)

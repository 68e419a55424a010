"""Operators and what they compute, in numpy."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tvm import relax
from tvm.relax import op

from tests.tir.references import (
    dequantized,
    norm_and_swish_reference,
    normalized,
    of_integers,
    sigmoid,
    softmax,
    steps,
    table,
    top,
)
from tests.tir.runtime import Array, Body, constant


@dataclass(frozen=True)
class Case:
    body: Body
    types: tuple[tuple[tuple[int, ...], str], ...]
    reference: Callable[..., Any]
    low: int = -2  # of random integers
    high: int = 3


def f32(*shape: int) -> tuple[tuple[int, ...], str]:
    return shape, "float32"


def unary(body: Callable[[relax.Expr], relax.Expr], reference: Callable[..., Any]) -> Case:
    return Case(lambda _, x: body(x), (f32(3, 7),), reference)


def binary(
    body: Callable[..., relax.Expr], reference: Callable[..., Any], dtype: str, **limits: int
) -> Case:
    return Case(lambda _, x, y: body(x, y), (((3, 7), dtype), ((7,), dtype)), reference, **limits)


def real(builder: relax.BlockBuilder, x: relax.Expr, scale: float, zero_point: int) -> relax.Expr:
    return builder.emit(op.dequantize(x, constant(scale, "float32"), constant(zero_point, "int8")))


def quantized(x: relax.Expr, scale: float, zero_point: int) -> relax.Expr:
    return op.quantize(
        x, constant(scale, "float32"), constant(zero_point, "int8"), out_dtype="int8"
    )


def swish(builder: relax.BlockBuilder, x: relax.Expr) -> relax.Expr:
    value = real(builder, x, 0.1, 3)
    return quantized(builder.emit(op.multiply(value, op.sigmoid(value))), 0.05, -5)


def int8_matmul(builder: relax.BlockBuilder, x: relax.Expr, y: relax.Expr) -> relax.Expr:
    product = builder.emit(op.matmul(real(builder, x, 0.1, 3), real(builder, y, 0.2, -4)))
    return quantized(product, 0.5, 1)


def norm_and_swish(builder: relax.BlockBuilder, x: relax.Expr) -> relax.Expr:
    gamma, beta = constant(table("gamma", 16)), constant(table("beta", 16))
    norm = builder.emit(op.nn.layer_norm(x, gamma, beta, axes=[-1]))
    return op.multiply(norm, op.sigmoid(norm))


PLAIN_CASES: dict[str, Case] = {
    "sigmoid": unary(op.sigmoid, sigmoid),
    "rsqrt": unary(lambda x: op.rsqrt(op.abs(x)), lambda x: 1 / np.sqrt(np.abs(x))),
    "round": unary(op.round, np.rint),
    "power": unary(
        lambda x: op.power(op.abs(x), constant(1.5, "float32")), lambda x: np.abs(x) ** 1.5
    ),
    "to_int32": unary(lambda x: op.astype(x, "int32"), lambda x: x.astype(np.int32)),
    "to_bool": unary(lambda x: op.astype(x, "bool"), lambda x: x != 0),
    "sum_all": unary(lambda x: op.sum(x), lambda x: x.sum(dtype=np.float32)),
    "arg_max": unary(lambda x: op.argmax(x, 1), lambda x: x.argmax(1)),
    "arg_min": unary(lambda x: op.argmin(x, 0), lambda x: x.argmin(0)),
    "arg_max_of_all": unary(lambda x: op.argmax(x), lambda x: x.argmax()),
    "arg_max_kept": unary(
        lambda x: op.argmax(x, 1, keepdims=True), lambda x: x.argmax(1, keepdims=True)
    ),
    "arg_max_uint8": Case(
        lambda _, x: op.argmax(x, 0), (((9, 4), "uint8"),), lambda x: x.argmax(0), low=0, high=4
    ),
    "top_k": unary(lambda x: op.topk(x, 3, axis=1, dtype="int64"), lambda x: top(x, 3, 1)),
    "top_k_indices": unary(
        lambda x: op.topk(x, 2, axis=0, ret_type="indices", dtype="int64"),
        lambda x: top(x, 2, 0)[1],
    ),
    "sort": unary(lambda x: op.sort(x, axis=-1), lambda x: np.sort(x, -1)),
    "sort_down": unary(lambda x: op.sort(x, axis=0, descending=True), lambda x: -np.sort(-x, 0)),
    "arg_sort": unary(
        lambda x: op.argsort(x, axis=1, dtype="int64"), lambda x: np.argsort(x, 1, kind="stable")
    ),
    "cumulative_sum": unary(lambda x: op.cumsum(x, 1), lambda x: x.cumsum(1)),
    "cumulative_sum_before": unary(
        lambda x: op.cumsum(x, 0, exclusive=True), lambda x: x.cumsum(0) - x
    ),
    "cumulative_sum_of_all": unary(lambda x: op.cumsum(x), lambda x: x.cumsum()),
    "tile": unary(lambda x: op.tile(x, (2, 3)), lambda x: np.tile(x, (2, 3))),
    "flip": unary(lambda x: op.flip(x, 1), lambda x: x[:, ::-1]),
    "returned_twice": Case(
        lambda builder, x: (x, builder.emit(op.negative(x))), (f32(3, 7),), lambda x: (x, -x)
    ),
    "split": unary(lambda x: op.split(x, [2, 3], axis=1), lambda x: tuple(np.split(x, [2, 3], 1))),
    "less": binary(op.less, np.less, "float32"),
    "maximum": binary(op.maximum, np.maximum, "float32"),
    "add_int32": binary(op.add, np.add, "int32", low=-(2**31), high=2**31 - 1),
    "multiply_int32": binary(op.multiply, np.multiply, "int32", low=-(2**31), high=2**31 - 1),
    "subtract_int64": binary(op.subtract, np.subtract, "int64", low=-(2**63), high=2**63 - 1),
    "add_uint8": binary(op.add, np.add, "uint8", low=0, high=256),
    "divide_int32": binary(
        op.divide, lambda x, y: np.trunc(x / y).astype(np.int32), "int32", low=1, high=9
    ),
    "floor_divide_int32": binary(op.floor_divide, np.floor_divide, "int32", low=1, high=9),
    "floor_mod": binary(op.floor_mod, np.mod, "float32"),
    "left_shift": binary(op.left_shift, np.left_shift, "uint32", low=0, high=32),
    "bitwise_and": binary(op.bitwise_and, np.bitwise_and, "int32", low=-99, high=99),
    "bitwise_not": Case(
        lambda _, x: op.bitwise_not(x), (((9,), "uint8"),), np.bitwise_not, low=0, high=256
    ),
    "logical_and": binary(op.logical_and, np.logical_and, "bool", low=0, high=2),
    "where": Case(
        lambda _, c, x, y: op.where(c, x, y),
        (((9,), "bool"), f32(9), f32(9)),
        np.where,
        low=0,
        high=2,
    ),
    "layer_norm": Case(norm_and_swish, (f32(2, 5, 16),), norm_and_swish_reference),
    "instance_norm": Case(
        lambda _, x: op.nn.instance_norm(
            x, constant(table("gamma", 4)), constant(table("beta", 4)), 3, [1, 2]
        ),
        (f32(1, 5, 6, 4),),
        lambda x: normalized(x, (1, 2)) * table("gamma", 4) + table("beta", 4),
    ),
    "instance_norm_far_from_0": Case(
        lambda builder, x: op.nn.instance_norm(
            builder.emit(op.add(x, constant(100, "float32"))),
            constant(table("gamma", 4)),
            constant(table("beta", 4)),
            3,
            [1, 2],
        ),
        (f32(1, 5, 6, 4),),
        lambda x: normalized(x.astype(np.float64), (1, 2)) * table("gamma", 4) + table("beta", 4),
    ),
    "group_norm": Case(
        lambda _, x: op.nn.group_norm(
            x, constant(table("gamma", 6)), constant(table("beta", 6)), 2, 3, [1, 2]
        ),
        (f32(1, 5, 6, 6),),
        lambda x: (
            normalized(x.reshape(1, 30, 2, 3), (1, 3)).reshape(x.shape) * table("gamma", 6)
            + table("beta", 6)
        ),
    ),
    "group_norm_channels_first": Case(
        lambda _, x: op.nn.group_norm(
            x, constant(table("gamma", 6)), constant(table("beta", 6)), 3, 1, [2, 3]
        ),
        (f32(2, 6, 5, 3),),
        lambda x: (
            normalized(x.reshape(2, 3, 30), 2).reshape(x.shape) * table("gamma", 6)[:, None, None]
            + table("beta", 6)[:, None, None]
        ),
    ),
    "softmax": Case(lambda _, x: op.nn.softmax(x, -1), (f32(2, 5, 33),), softmax),
    "softmax_middle": Case(
        lambda _, x: op.nn.softmax(x, 1), (f32(2, 5, 3),), lambda x: softmax(x, 1)
    ),
    "log_softmax": Case(
        lambda _, x: op.nn.log_softmax(x, -1), (f32(2, 33),), lambda x: np.log(softmax(x))
    ),
    "prelu": Case(
        lambda _, x: op.nn.prelu(x, constant(table("slopes", 4)), 3),
        (f32(1, 5, 6, 4),),
        lambda x: np.where(x > 0, x, x * table("slopes", 4)),
    ),
    "matmul": Case(lambda _, x, y: op.matmul(x, y), (f32(2, 5, 16), f32(2, 16, 7)), np.matmul),
    "einsum": Case(
        lambda _, x, y: op.einsum([x, y], "bij,bkj->bik"),
        (f32(2, 5, 16), f32(2, 7, 16)),
        lambda x, y: np.einsum("bij,bkj->bik", x, y),
    ),
    "matmul_of_13_columns": Case(
        lambda _, x, y: op.matmul(x, y), (f32(3, 9), f32(9, 13)), np.matmul
    ),
    "int8_mean": Case(
        lambda builder, x: quantized(
            builder.emit(op.mean(real(builder, x, 0.5, -3), [1, 2])), 0.25, 2
        ),
        (((1, 4, 4, 6), "int8"),),
        lambda x: steps(dequantized(x, 0.5, -3).mean((1, 2)), 0.25, 2),
        low=-40,
        high=40,
    ),
    "transpose_reshape": Case(
        lambda builder, x: op.reshape(builder.emit(op.permute_dims(x, [0, 2, 1])), (6, 8)),
        (f32(2, 6, 4),),
        lambda x: x.transpose(0, 2, 1).reshape(6, 8),
    ),
    "of_nothing": Case(lambda _, x: op.add(x, x), (f32(0, 4),), lambda x: x + x),
    "sum_of_nothing": Case(lambda _, x: op.sum(x, [0]), (f32(0, 4),), lambda x: x.sum(0)),
    "concat": Case(
        lambda _, x, y: op.concat([x, y], 1),
        (f32(3, 2), f32(3, 5)),
        lambda x, y: np.concatenate([x, y], 1),
    ),
    "take": Case(
        lambda _, i: op.take(constant(table("tokens", 9, 5)), i, axis=0),
        (((4,), "int64"),),
        lambda i: table("tokens", 9, 5)[i],
        low=0,
        high=9,
    ),
    "scatter": Case(
        lambda _, x, i, u: op.scatter_elements(x, i, u, axis=1, reduction="add"),
        (f32(2, 8), ((2, 4), "int64"), f32(2, 4)),
        lambda x, i, u: _scattered(x, i, u),
        low=0,
        high=8,
    ),
    "int8_swish": Case(swish, (((3, 50), "int8"),), of_integers, low=-128, high=128),
    "int8_product": Case(
        lambda builder, x, y: quantized(
            builder.emit(op.multiply(real(builder, x, 0.1, 3), real(builder, y, 0.2, -4))), 0.3, -5
        ),
        (((3, 50), "int8"), ((3, 50), "int8")),
        lambda x, y: steps(dequantized(x, 0.1, 3) * dequantized(y, 0.2, -4), 0.3, -5),
        low=-128,
        high=128,
    ),
    "int8_matmul": Case(
        int8_matmul,
        (((5, 16), "int8"), ((16, 7), "int8")),
        lambda x, y: steps(dequantized(x, 0.1, 3) @ dequantized(y, 0.2, -4), 0.5, 1),
        low=-20,
        high=20,
    ),
    "mean_and_rest": Case(
        lambda builder, x: _mean_and_rest(builder, x),
        (f32(3, 7),),
        lambda x: (x.mean(1, keepdims=True), x - x.mean(1, keepdims=True)),
    ),
}


def _mean_and_rest(builder: relax.BlockBuilder, x: relax.Expr) -> tuple[relax.Expr, ...]:
    mean = builder.emit(op.mean(x, [1], keepdims=True))
    return mean, builder.emit(op.subtract(x, mean))


def _scattered(x: Array, i: Array, u: Array) -> Array:
    result = x.copy()
    np.add.at(result, (np.arange(2)[:, None], i), u)
    return result

"""Tensors that never change become constants where these are taken."""

from typing import Any

import numpy as np
from tvm import relax

from tests.passes.graph import dq, emit, main, operators, q, stays
from tests.passes.shrink.products import conv
from tinycompile.kernels import portable
from tinycompile.passes.shrink.fold_constant_tensors import FoldConstantTensors
from tinycompile.shrinking.record import Record

INPUT = {"x": ((1, 4, 4, 2), "int8")}
fold: Any = FoldConstantTensors(portable.kernels(), Record())
ZEROS = np.zeros((2, 1, 1, 2), np.int8)


def dead(x: Any) -> Any:
    return emit(conv(x, ZEROS, [8, -8]))


def test_a_constant_summand() -> None:
    module = fold(main(lambda x: q(relax.op.add(dq(x), dq(dead(x)))), **INPUT))
    assert operators(module) == ["dequantize", "dequantize", "add", "quantize"]
    values = [b.value for b in module["main"].body.blocks[0].bindings]
    constant = next(v.args[0] for v in values if not isinstance(v.args[0], relax.Var))
    assert constant.value.numpy().tolist() == [[[[3 + 2, 3 - 2]]]]


def test_what_made_it_of_constants_only_goes_too() -> None:
    def body(x: Any) -> Any:
        y = emit(relax.op.nn.max_pool2d(dead(x), (2, 2), (1, 1), (0, 0, 1, 1), layout="NHWC"))
        y = emit(q(relax.op.sigmoid(dq(conv(y, ZEROS, [4, 4])))))
        return q(relax.op.multiply(dq(x), dq(y)))

    assert operators(fold(main(body, **INPUT))) == [
        "dequantize",
        "dequantize",
        "multiply",
        "quantize",
    ]


def test_a_second_reader_keeps_what_it_reads() -> None:
    def body(x: Any) -> Any:
        y = dead(x)
        return [y, q(relax.op.add(dq(x), dq(y)))]

    assert operators(fold(main(body, **INPUT))).count("nn.conv2d") == 1


def test_constants_only_and_outputs_are_computed() -> None:
    stays(fold, main(lambda x: [dead(x), relax.op.nn.relu(x)], **INPUT))
    stays(fold, main(lambda x: relax.op.concat([x, dead(x)], axis=3), **INPUT))
    stays(fold, main(lambda x: q(relax.op.add(dq(dead(x)), dq(dead(x)))), **INPUT))


def test_a_tensor_that_varies_in_a_channel_is_none() -> None:
    weights = ZEROS.copy()
    weights[0] = 1
    stays(
        fold, main(lambda x: q(relax.op.add(dq(x), dq(emit(conv(x, weights, [8, -8]))))), **INPUT)
    )


def test_operators_that_take_no_constant_keep_their_tensor() -> None:
    stays(fold, main(lambda x: q(relax.op.divide(dq(x), dq(dead(x)))), **INPUT))

"""Transposes move behind operators that work in any order of dimensions."""

from typing import Any

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import dq, emit, main, named, names, operators, q, run, stays
from tinycompile.passes.layout.sink_transposes import SinkTransposes

op = relax.op
SHAPE = (2, 3, 4, 5)  # NHWC
X = (SHAPE, "float32")
CHANNELS = np.float32([[[1]], [[2]], [[3]], [[4]], [[5]]])  # (C, 1, 1)


def transposed(x: Any) -> Any:
    return op.permute_dims(x, (0, 3, 1, 2))


ONE: dict[str, Any] = {
    "relu": op.nn.relu,
    "clip": lambda x: op.clip(x, -1, 1),
    "quantize": q,
    "quantize per channel": lambda x: op.quantize(
        x, relax.const(np.float32([1, 2, 3, 4, 5])), relax.const(np.zeros(5, np.int32)), axis=1
    ),
    "add": lambda x: op.add(x, relax.const(CHANNELS)),
    "subtract from": lambda x: op.subtract(relax.const(CHANNELS), x),
    "multiply scalar": lambda x: op.multiply(x, relax.const(2.0, "float32")),
    "add itself": lambda x: op.add(x, op.nn.relu(x)),
    "concat": lambda x: op.concat([x, op.nn.relu(x)], axis=1),
    "concat a constant": lambda x: op.concat([x, relax.const(np.ones((2, 1, 3, 4), "f4"))], axis=1),
    "softmax": lambda x: op.nn.softmax(x, axis=1),
    "mean": lambda x: op.mean(x, [-1, 2]),
    "mean keeping": lambda x: op.mean(x, [1], keepdims=True),
    "max of all": lambda x: op.max(x),
    "argmax": lambda x: op.argmax(x, 1),
    "argmax keeping": lambda x: op.argmax(x, 2, keepdims=True),
    "pad": lambda x: op.nn.pad(x, [0, 1, 2, 0, 0, 3, 1, 1]),
    "slice": lambda x: op.strided_slice(x, [1, -1], [4, 0], [0, 4], [-1, 2]),
    "take": lambda x: op.take(x, relax.const(np.int32([2, 0])), axis=1),
    "tile": lambda x: op.tile(x, (1, 2, 1, 3)),
    "broadcast_to": lambda x: op.broadcast_to(x, (2, 5, 3, 4)),
    "reshape": lambda x: op.reshape(x, (2, 1, 5, 12)),
    "prelu": lambda x: op.nn.prelu(x, relax.const(np.float32([1, 2, 3, 4, 5])), 1),
    "flip": lambda x: op.flip(x, 1),
}


@pytest.mark.parametrize("name", ONE)
def test_the_transpose_sinks_and_the_result_stays(name: str) -> None:
    before = main(lambda x: ONE[name](emit(transposed(x))), x=X)
    after = SinkTransposes()(before)
    assert operators(after)[0] != "permute_dims"
    sunk = [i for i, op_ in enumerate(operators(after)) if op_ == "permute_dims"]
    constants = 1 if name == "add" or "constant" in name or "from" in name else 0
    assert len(sunk) <= 1 + constants
    x = np.random.default_rng(1).normal(size=SHAPE).astype(np.float32)
    np.testing.assert_allclose(run(after, x), run(before, x), rtol=1e-5, atol=1e-6)


STAYS: dict[str, Any] = {
    "flatten": lambda x: op.reshape(x, (2, 60)),
    "flatten to columns": lambda x: op.reshape(x, (2, 60, 1)),
    "argmax of all": lambda x: op.argmax(x),
    "matmul": lambda x: op.matmul(x, relax.const(np.ones((4, 2), "f4"))),
    "softmax along the last axis": lambda x: op.nn.softmax(x, axis=-1),
    "take one": lambda x: op.take(x, relax.const(1, "int32"), axis=1),
}


@pytest.mark.parametrize("name", STAYS)
def test_its_near_miss_stays(name: str) -> None:
    stays(SinkTransposes(), main(lambda x: STAYS[name](transposed(x)), x=X))


def test_another_tensor_that_would_have_to_be_transposed_stops_it() -> None:
    y = ((2, 5, 3, 4), "float32")
    stays(SinkTransposes(), main(lambda x, y: op.add(transposed(x), y), x=X, y=y))
    stays(SinkTransposes(), main(lambda x, y: op.concat([transposed(x), y], 1), x=X, y=y))


def test_one_that_is_transposed_for_nothing_does_not() -> None:
    y = ((2, 5, 1, 1), "float32")
    after = SinkTransposes()(main(lambda x, y: op.multiply(transposed(x), y), x=X, y=y))
    assert operators(after) == ["reshape", "multiply", "permute_dims"]


def test_names_move_with_a_note_of_the_layout() -> None:
    def body(x: relax.Var) -> Any:
        return op.nn.relu(q(transposed(dq(x))))

    before = named(main(body, x=(SHAPE, "int8")), "lv", "lv1", "quantized", "out")
    after = SinkTransposes()(before)
    assert operators(after) == ["dequantize", "quantize", "nn.relu", "permute_dims"]
    assert names(after)[1] == "quantized"
    assert names(after)[-1] == "out"  # the output keeps its layout
    assert dict(after["main"].attrs["tc.layouts"]) == {"quantized": "NHWC"}

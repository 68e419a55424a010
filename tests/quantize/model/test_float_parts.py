"""The insides of normalisations stay float, and nothing else."""

from collections.abc import Callable

import numpy as np
import pytest
from tvm import relax

from tests.passes.graph import emit, main, names
from tinycompile.quantize.model import graph

X = ((2, 5, 6), "float32")
op = relax.op
EPSILON = relax.const(1e-5, "float32")
GAMMA, BETA = (relax.const(np.arange(6, dtype=np.float32) + i) for i in (1, 2))


def layer_norm(x: relax.Var) -> relax.Expr:
    centred = emit(x - op.mean(x, 2, True))
    variance = op.mean(op.power(centred, relax.const(2.0, "float32")), 2, True)
    return centred / op.sqrt(variance + EPSILON) * GAMMA + BETA


def as_keras_has_it(x: relax.Var) -> relax.Expr:
    mean = emit(op.mean(x, 2, True))
    centred = emit(x - mean)
    scale = emit(op.rsqrt(op.mean(centred * centred, 2, True) + EPSILON) * GAMMA)
    return x * scale + (BETA - mean * scale)


def instance_norm(x: relax.Var) -> relax.Expr:
    centred, variance = x - op.mean(x, 1, True), op.variance(x, 1, True)
    return centred / op.sqrt(variance + EPSILON) * GAMMA + BETA


def rms_norm(x: relax.Var) -> relax.Expr:
    root = op.sqrt(op.mean(x * x, 2, True) + EPSILON)
    return x * (relax.const(1.0, "float32") / root) * GAMMA


def length(x: relax.Var) -> relax.Expr:
    root = op.sqrt(op.sum(x * x, 2, True))
    return x / op.broadcast_to(op.maximum(root, EPSILON), (2, 5, 6))


NORMS = [layer_norm, as_keras_has_it, instance_norm, rms_norm, length]


@pytest.mark.parametrize("norm", NORMS)
def test_all_between_the_tensor_and_the_normalised_one_is_float(
    norm: Callable[[relax.Var], relax.Expr],
) -> None:
    module = main(lambda x: op.tanh(norm(emit(op.abs(x)))), x=X)
    first, *inside, last, _ = names(module)
    found = graph.read(module)
    assert found.real == set(inside)
    assert {first, last} <= found.group.keys() and not found.group.keys() & found.real


def test_what_others_read_is_quantised() -> None:
    """A deviation that is put back later."""

    def body(x: relax.Var) -> relax.Expr:
        root = emit(op.sqrt(op.variance(x, 1, True) + EPSILON))
        normal = emit((x - op.mean(x, 1, True)) / root)
        return op.tanh(normal) * root

    module = main(body, x=X)
    found = graph.read(module)
    root = next(name for name in names(module) if op_of(module, name) == "relax.sqrt")
    assert found.real and root in found.group and root not in found.real


def op_of(module: object, name: str) -> str:
    bindings = (b for block in module["main"].body.blocks for b in block.bindings)  # type: ignore[index]
    return next(str(b.value.op.name) for b in bindings if b.var.name == name)


@pytest.mark.parametrize(
    "body",
    [
        lambda x: op.tanh(op.sqrt(op.mean(op.abs(x), 2, True))),
        lambda x: op.tanh(op.sqrt(op.mean(op.square(x), 2, True))),
        lambda x: op.tanh(op.sqrt(x)),
    ],
)
def test_other_roots_are_tables(body: Callable[[relax.Var], relax.Expr]) -> None:
    assert not graph.read(main(body, x=X)).real


def test_between_operators_without_integer_kernels_is_float() -> None:
    module = main(lambda x: op.abs(op.nn.log_softmax(op.cumsum(x, 1), 2)), x=X)
    assert graph.read(module).real == {names(module)[0]}


def test_a_bias_behind_an_operator_without_an_integer_kernel_is_added_in_float() -> None:
    module = main(lambda x: op.tanh(op.cumsum(x, 1) + GAMMA), x=X)
    summed, biased, _ = names(module)
    found = graph.read(module)
    assert found.real == {summed} and biased in found.group

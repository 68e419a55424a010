"""Reads a float graph: which of its tensors get scales, and which share them.

A float tensor is *inner* when the kernel that makes it goes on computing: a convolution before its bias, a
sum before its ReLU, a step of an activation that is written out. All others exist in memory, as int8, but for
those that `float_parts` finds.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile import recurrence
from tinycompile.kernels.shared.unary import FUNCTIONS
from tinycompile.passes.integers.move_data_as_integers import SELECTIONS, moves
from tinycompile.passes.layout.fold_batch_norm import WEIGHTED, channels_come_first, per_channel
from tinycompile.quantization import QParams
from tinycompile.quantize.model import float_parts
from tinycompile.quantize.model.float_graph import FloatGraph, Weighted, operands_of
from tinycompile.quantize.model.recurrent_layers import is_quantized
from tinycompile.rewriting.expressions import is_call, shape_of
from tinycompile.rewriting.rewriter import returned

Array = NDArray[Any]
# Operators whose int8 output has one quantisation, whatever the data: TFLite's.
FIXED = {"nn.softmax": QParams(1 / 256, -128)}
BOUNDED = ("sigmoid", "tanh")  # by 1: what others join with them would cost most of their steps


def read(module: Any) -> FloatGraph:
    main = module["main"]
    bindings = [b for block in main.body.blocks for b in block.bindings]
    steps = [(b.var.name, b.value) for b in bindings]
    variables = [*main.params, *(b.var for b in bindings)]
    readers: dict[str, list[str]] = {var.name: [] for var in variables}
    for name, value in steps:
        for operand in operands_of(value):
            readers[operand].append(name)
    outputs = [v.name for v in returned(main.body.body, {b.var: b.value for b in bindings})]
    for name in outputs:
        readers[name].append("")  # the caller
    graph = FloatGraph(
        steps=steps,
        params=[p.name for p in main.params],
        outputs=outputs,
        shapes={v.name: shape_of(v) for v in variables if isinstance(v.ty, relax.TensorType)},
        readers=readers,
        calls={name: value for name, value in steps if isinstance(value, relax.Call)},
    )
    floats = {v.name for v in variables if _is_float(v)}
    graph.real = float_parts.find(graph)
    graph.real |= {name for name, value in steps if isinstance(value, relax.TupleGetItem)}
    _find_inner(graph)
    graph.inner -= graph.real
    apart = graph.inner | graph.real
    _share(graph, [v.name for v in variables if v.name in floats and v.name not in apart])
    _find_weighted(graph)
    _find_recurrent(graph)
    return graph


def _is_float(expr: relax.Expr) -> bool:
    return isinstance(expr.ty, relax.TensorType) and str(expr.ty.dtype) == "float32"


# --- Inner tensors ----------------------------------------------------------------------------------


def _find_inner(graph: FloatGraph) -> None:
    """In order: what an operator fuses is decided before that operator itself."""
    sources: dict[
        str, str
    ] = {}  # of steps of a written-out activation: the tensor it is applied to
    for name, call in graph.calls.items():
        operands = operands_of(call)
        bounds = _bounds_one(call) and operands[0] not in sources
        if bounds or bias_of(graph, name) is not None:
            producer = graph.calls.get(operands[0])
            if producer is not None and _single(graph, operands[0]) and _computes(producer):
                graph.inner.add(operands[0])
        elif source := _source(graph, call, sources):
            sources[name] = source
            steps = {operand for operand in operands if operand != source}
            graph.inner |= {step for step in steps if sources.get(step) == source}


def _single(graph: FloatGraph, name: str) -> bool:
    return len(set(graph.readers[name])) == 1 and name not in graph.outputs


def _computes(call: relax.Call) -> bool:
    return not _keeps_scale(call) and not is_call(call, "concat")


def _keeps_scale(call: relax.Call) -> bool:
    """Whether `call` only moves values; or interpolates: the kernel of a resize does not rescale."""
    return moves(call) or is_call(call, "image.resize2d")


def _bounds_one(call: relax.Call) -> bool:
    """Whether `call` is a ReLU or a clip, in any spelling."""
    if is_call(call, "nn.relu") or is_call(call, "clip"):
        return True
    constants = [a for a in call.args if isinstance(a, GenericConst)]
    return any(is_call(call, op) for op in SELECTIONS) and [
        c.value.numpy().size for c in constants
    ] == [1]


def _source(graph: FloatGraph, call: relax.Call, sources: dict[str, str]) -> str | None:
    """The only tensor that `call`, element-wise on scalars and steps of an activation, depends on."""
    if str(call.op.name) not in FUNCTIONS:
        return None
    constants = [a.value.numpy().size for a in call.args if isinstance(a, GenericConst)]
    if any(size != 1 for size in constants):
        return None
    operands = operands_of(call)
    roots = {sources[o] if o in sources and _single(graph, o) else o for o in operands}
    return roots.pop() if len(roots) == 1 else None


def bias_of(graph: FloatGraph, name: str) -> tuple[str, Array] | None:
    """Of `add(conv2d(...), constant)`: the convolution's name and the constant, one number per channel."""
    call = graph.calls.get(name)
    if call is None or not is_call(call, "add"):
        return None
    for data, constant in (call.args, call.args[::-1]):
        if not isinstance(data, relax.Var) or not isinstance(constant, GenericConst):
            continue
        producer = graph.calls.get(data.name)
        if producer is None or not has_constant_weights(producer) or not _single(graph, data.name):
            continue
        value = per_channel(constant.value.numpy(), shape_of(call))
        if value is not None:
            return data.name, value
    return None


def has_constant_weights(call: relax.Call) -> bool:
    """A convolution with constant weights in the canonical layout, or a product with a constant matrix."""
    if not any(is_call(call, op) for op in WEIGHTED) or not isinstance(call.args[1], GenericConst):
        return False
    if is_call(call, "matmul"):
        return len(shape_of(call.args[1])) == 2
    if float_parts.is_grouped_transpose(call):
        return False
    return channels_come_first(call)


# --- Shared quantisation ------------------------------------------------------------------------------


def _share(graph: FloatGraph, names: list[str]) -> None:
    """Give each of `names` its group: what moves, joins or selects values keeps their quantisation."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    for name in names:
        call = graph.calls.get(name)
        if call is None:
            continue
        operands = [o for o in operands_of(call) if o in parent]
        together = is_call(call, "concat") or any(is_call(call, op) for op in SELECTIONS)
        if together:  # an operand that others read keeps its own precision
            operands = [o for o in operands if _single(graph, o) and not _keeps_apart(graph, o)]
        moved = _keeps_scale(call) or is_call(call, "nn.pad")
        if moved or (together and not _bounds_one(call)):
            for operand in operands[:1] if moved else operands:
                first, second = root(operand), root(name)
                if first != second:
                    parent[second] = first
    graph.group = {name: root(name) for name in names}
    for name in names:
        if (params := _fixed(graph, name)) is not None and root(name) == name:
            graph.fixed[name] = params


def _keeps_apart(graph: FloatGraph, name: str) -> bool:
    """Whether `name` is, or is moved from, what has a quantisation of its own: shares, not coordinates."""
    single = True
    while (call := graph.calls.get(name)) is not None and _keeps_scale(call):
        name = operands_of(call)[0]
        single = single and _single(graph, name)
    bounded = call is not None and any(is_call(call, op) for op in BOUNDED)
    return _fixed(graph, name) is not None or (bounded and not single)


def _fixed(graph: FloatGraph, name: str) -> QParams | None:
    call = graph.calls.get(name)
    if call is None:
        return None
    return next((params for op, params in FIXED.items() if is_call(call, op)), None)


# --- Weights --------------------------------------------------------------------------------------------


def _find_weighted(graph: FloatGraph) -> None:
    for name, call in graph.calls.items():
        if not has_constant_weights(call):
            continue
        data, weights = call.args[0], call.args[1].value.numpy()
        biased, bias = None, None
        reader = graph.readers[name][0] if _single(graph, name) else ""
        if reader and (found := bias_of(graph, reader)) is not None:
            biased, bias = reader, found[1]
        output = biased or name
        if output in graph.inner:
            output = graph.readers[output][0]
        matrix = is_call(call, "matmul")
        graph.weighted[name] = Weighted(
            name, call, data.name, output, weights.T if matrix else weights, bias, biased
        )


def _find_recurrent(graph: FloatGraph) -> None:
    for name, call in graph.calls.items():
        if is_quantized(call):
            both = [recurrence.constant(call, of) for of in ("weights", "recurrent_weights")]
            weights = np.concatenate([w.reshape(-1, w.shape[2]) for w in both], axis=1)
            source = call.args[1].name
            graph.recurrent[name] = Weighted(name, call, source, name, weights, None, None)

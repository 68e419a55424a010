"""What of a network stays float between its int8 tensors: the insides of normalisations, and what is between
operators that have no integer kernel, or between one and its scale and bias.

A mean of squares needs more than eight bits, and its root is what everything is multiplied by. Layer,
instance, group and RMS norm, and division by a vector's length, are recognised in the operators that they
are written out in.
"""

from collections.abc import Iterable
from typing import Any

from tvm import relax
from tvm.ir import GenericConst

from tinycompile.kernels.shared.unary import FUNCTIONS
from tinycompile.passes.integers.move_data_as_integers import POSITIONS, SELECTIONS, moves
from tinycompile.quantize.model.float_graph import FloatGraph
from tinycompile.quantize.model.recurrent_layers import is_quantized
from tinycompile.rewriting.expressions import is_call

ROOTS = ("sqrt", "rsqrt")
MEANS = ("mean", "sum", "variance")
JOINS = ("multiply", "divide")
ARITHMETIC = ("add", "subtract", "maximum", *JOINS)
# Operators of several tensors, or on windows, that have an integer kernel.
INTEGER = frozenset(
    ["nn.conv2d", "nn.conv2d_transpose", "matmul", "nn.avg_pool2d", "nn.max_pool2d", "mean", "sum",
     "nn.softmax", "add", "subtract", "multiply", "concat", "nn.pad", "nn.prelu", "image.resize2d",
     *SELECTIONS, *POSITIONS]
)  # fmt: skip


def find(graph: FloatGraph) -> set[str]:
    """The tensors that stay float: whatever makes and reads them computes in float."""
    inside = set[str]()
    for name, call in graph.calls.items():
        if not call.args or not isinstance(call.args[0], relax.Var):
            continue
        if _is_one_of(call, ROOTS):
            inside |= _normalisation(graph, name)
        elif is_float(graph, name):  # then its scale and bias
            inside |= _closed(graph, _grown(graph, {name}, call.args[0].name))
    between = {
        name for name, call in graph.calls.items() if is_float(graph, name) and _floats(graph, name)
    }
    return {name for name in inside | between if name not in graph.outputs}


def is_float(graph: FloatGraph, name: str) -> bool:
    """Whether no integer kernel computes the operator `name`."""
    call = graph.calls[name]
    if is_grouped_transpose(call):
        return True
    if moves(call) or _is_one_of(call, INTEGER) or is_quantized(call):
        return False
    one = len(set(graph.operands(name))) == 1  # a table then
    numbers = all(size == 1 for size in _sizes(call))
    return not (one and numbers and str(call.op.name) in FUNCTIONS)


def is_grouped_transpose(call: Any) -> bool:
    """A transposed convolution in groups."""
    return bool(is_call(call, "nn.conv2d_transpose")) and int(call.attrs.groups) > 1


def _floats(graph: FloatGraph, name: str) -> bool:
    """Whether all readers of tensor `name` are such operators."""
    readers = graph.readers[name]
    return bool(readers) and all(r in graph.calls and is_float(graph, r) for r in readers)


# --- Normalisations ---------------------------------------------------------------------------------


def _normalisation(graph: FloatGraph, root: str) -> set[str]:
    """The tensors inside the normalisation whose square root is `root`; none if it is that of none."""
    found = _statistics(graph, graph.calls[root].args[0].name)
    if found is None:
        return set()
    source, before = found
    inside = _grown(graph, {*before, root}, source)
    joined = any(_is_one_of(graph.calls[name], JOINS) for name in inside - before)
    return _closed(graph, inside) if joined else set()


def _grown(graph: FloatGraph, inside: set[str], source: str) -> set[str]:
    """`inside`, and what is made of it and the normalised tensor `source`, scale and shift included."""
    inside, pending = set(inside), list(inside)
    while pending:
        for reader in set(graph.readers[pending.pop()]) - inside:
            if reader in graph.calls and _goes_on(graph, reader, inside, source):
                inside.add(reader)
                pending.append(reader)
    return inside


def _closed(graph: FloatGraph, inside: set[str]) -> set[str]:
    """Those that only others of them read."""
    return {name for name in inside if set(graph.readers[name]) <= inside}


def _statistics(graph: FloatGraph, name: str) -> tuple[str, set[str]] | None:
    """The normalised tensor, and what is between it and `name`, the mean of its squares or its variance."""
    inside = {name}

    def before() -> Any:
        nonlocal name
        operands = set(graph.operands(name))
        name = operands.pop() if len(operands) == 1 else ""
        return graph.calls.get(name)

    call = graph.calls.get(name)
    while call is not None and (_by_constant(call) or is_call(call, "reshape")):
        call = before()
        inside.add(name)
    if call is None or not _is_one_of(call, MEANS):
        return None
    square = before()
    if not is_call(call, "variance"):
        if square is None or not _squares(square):
            return None
        inside.add(name)
        centred = before()
        if centred is not None and is_call(centred, "subtract") and not _sizes(centred):
            inside.add(name)
            name = graph.operands(name)[0]
    if not name:
        return None
    means = {
        reader for reader in graph.readers[name] if reader and _is_mean_of(graph, reader, call)
    }
    return name, inside | means


def _is_mean_of(graph: FloatGraph, name: str, like: Any) -> bool:
    """Whether `name` is a mean over the same dimensions."""
    call = graph.calls.get(name)
    return (
        call is not None
        and is_call(call, "mean")
        and list(call.attrs.axis or []) == list(like.attrs.axis or [])
    )


def _goes_on(graph: FloatGraph, name: str, inside: set[str], source: str) -> bool:
    """Whether `name` is computed from what is `inside`, constants, and the normalised tensor."""
    call, operands = graph.calls[name], set(graph.operands(name))
    if _is_one_of(call, ("reshape", "broadcast_to")) or _by_constant(call):
        return True
    if not _is_one_of(call, ("add", "squared_difference", "subtract", *JOINS)):
        return False
    return operands <= inside or (operands <= inside | {source} and not is_call(call, "add"))


def _by_constant(call: Any) -> bool:
    """Whether `call` is arithmetic with one constant: an epsilon, a scale, a reciprocal."""
    return is_call(call, "clip") or (_is_one_of(call, ARITHMETIC) and len(_sizes(call)) == 1)


def _squares(call: Any) -> bool:
    if is_call(call, "power"):
        return _sizes(call) == [1] and float(call.args[1].value.numpy().reshape(())) == 2
    return is_call(call, "square") or (
        is_call(call, "multiply") and call.args[0].same_as(call.args[1])
    )


def _sizes(call: Any) -> list[int]:
    """Of the constant operands."""
    return [arg.value.numpy().size for arg in call.args if isinstance(arg, GenericConst)]


def _is_one_of(call: Any, operators: Iterable[str]) -> bool:
    return any(is_call(call, op) for op in operators)

"""What a step keeps of the frames before: windows of them, and the states of recurrent layers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm import relax
from tvm.ir import GenericConst

from tinycompile import external
from tinycompile.errors import UnsupportedOperator
from tinycompile.integer_lstm import OUTPUTS, STATES, IntegerLstm
from tinycompile.quantization import integer_limits
from tinycompile.recurrence import CELLS, FORWARD, Recurrence
from tinycompile.rewriting import qdq
from tinycompile.rewriting.block import Block
from tinycompile.rewriting.expressions import is_call, on, shape_of

Values = Mapping[relax.Var, relax.Expr]
Described = Recurrence | IntegerLstm


def window(
    block: Block, call: relax.Call, values: Values, axis: int, past: int, name: str
) -> relax.Call:
    """A convolution, pool or pad `call`, in front of whose frames `past` others come from a state."""
    seen = with_past(block, call, values, axis, past, name)
    if is_call(call, "nn.pad"):
        widths = [int(width) for width in call.attrs.pad_width]
        widths[2 * axis] = 0
        return relax.op.nn.pad(seen, widths, "constant", float(call.attrs.pad_value))
    padding = [int(width) for width in call.attrs.padding]
    padding[axis - 1] = 0
    return on(call, seen, *(block.of(e) for e in call.args[1:]), padding=padding)


def with_past(
    block: Block, call: relax.Call, values: Values, axis: int, past: int, name: str
) -> relax.Var:
    """The first operand of `call`, behind a state; of integers where it is a dequantize of them."""
    data, source = call.args[0], values.get(call.args[0])
    found = None if source is None else qdq.of_dequantize(source)
    if source is None or found is None or found.whole is None:
        return _joined(block, block.of(data), axis, past, _fill(call, str(data.ty.dtype)), name)
    real = _fill(call, "float32")
    fill = found.limits[0] if real == -np.inf else found.integer(real)
    return block.bind(
        f"{name} real",
        found.dequantize(_joined(block, block.of(source.args[0]), axis, past, fill, name)),
    )


def _fill(call: relax.Call, dtype: str) -> float:
    """What the frames before the first are."""
    if is_call(call, "nn.pad"):
        return float(call.attrs.pad_value)
    if is_call(call, "nn.max_pool2d"):
        return -np.inf if dtype == "float32" else integer_limits(dtype)[0]
    padded = is_call(call, "nn.avg_pool2d") and any(int(n) for n in call.attrs.padding)
    if padded and not call.attrs.count_include_pad:
        raise UnsupportedOperator("its first frames are means of fewer")
    return 0.0


def _joined(
    block: Block, data: relax.Expr, axis: int, past: int, fill: float, name: str
) -> relax.Var:
    shape = list(shape_of(data))
    shape[axis] = past
    initial = np.full(shape, fill, str(data.ty.dtype))
    state = block.bind(f"{name} past", external.state(initial))
    seen = block.bind(f"{name} seen", relax.op.concat([state, data], axis))
    newest = relax.op.strided_slice(seen, [axis], [1], [1 + past], [1])
    block.bind(f"{name} assigned", external.assign(state, block.bind(f"{name} kept", newest)))
    return seen


def described(call: relax.Call) -> Described:
    if external.function(call) == external.INTEGER_LSTM:
        return IntegerLstm.of(call)
    return Recurrence.of(call)


def steps_axis(r: Described) -> int:
    return 1 if r.batch_first else 0


def recurrent(block: Block, call: relax.Call, values: Values, name: str) -> dict[str, relax.Expr]:
    """The layer `call` for one step, which keeps its states; what it makes, by the names of its outputs."""
    r, function = described(call), external.function(call)
    _check(r)
    is_ours = isinstance(r, Recurrence)
    states: tuple[str, ...] = CELLS[function].states if is_ours else STATES
    outputs: tuple[str, ...] = CELLS[function].outputs if is_ours else OUTPUTS
    given = dict(zip(r.states, call.args[2].fields, strict=True))
    kept = {
        state: block.bind(
            f"{name} {state}", external.state(_initial(r, state, given.get(state), call))
        )
        for state in states
        if not (state in given and _is_state(given[state], values))
    }
    operands = [kept[state] if state in kept else block.of(given[state]) for state in states]
    last = {f"Y_{state}" for state in kept}
    wanted = tuple(output for output in outputs if output in last or output in r.outputs)
    made = block.bind(
        f"{name} step", _call(r, call, block.of(call.args[1]), operands, states, wanted)
    )
    results: dict[str, relax.Expr] = {wanted[0]: made}
    if len(wanted) > 1:
        results = {
            output: block.bind(f"{name} {output}", relax.TupleGetItem(made, i))
            for i, output in enumerate(wanted)
        }
    for state, variable in kept.items():
        block.bind(f"{name} {state} assigned", external.assign(variable, results[f"Y_{state}"]))
    return results


def _check(r: Described) -> None:
    backwards = r.reverse if isinstance(r, IntegerLstm) else r.direction != FORWARD
    if backwards:
        raise UnsupportedOperator("it looks ahead: it begins with the last frame")
    if isinstance(r, Recurrence) and set(r.lengths) != {r.steps}:
        raise UnsupportedOperator("its sequences have lengths of their own")


def _is_state(value: relax.Expr, values: Values) -> bool:
    """Whether `value` is a state of the model, through reshapes."""
    while isinstance(value, relax.Var) and value in values:
        value = values[value]
        value = value.args[0] if is_call(value, "reshape") else value
    return external.is_state(value)


def _initial(r: Described, state: str, given: Any, call: relax.Call) -> NDArray[Any]:
    shape = r.shape(f"Y_{state}")
    if isinstance(given, GenericConst):
        return np.asarray(given.value.numpy()).reshape(shape)
    if given is not None:
        raise UnsupportedOperator(f"its state {state} is computed; only constants are supported")
    if isinstance(r, IntegerLstm):
        zero = r.output.zero_point if state == "h" else 0
        return np.full(shape, zero, "int16" if state == "c" else str(call.args[1].ty.dtype))
    dtype = r.dtype(f"Y_{state}")
    zero = r.integers.hidden.zero_point if r.integers and dtype == "int8" else 0
    return np.full(shape, zero, dtype)


def _call(
    r: Described, call: relax.Call, data: relax.Expr, states: list[relax.Expr],
    names: tuple[str, ...], outputs: tuple[str, ...],
) -> relax.Call:  # fmt: skip
    constants = call.args[3:-1]
    if isinstance(r, IntegerLstm):
        step = replace(r, steps=1, states=names, outputs=outputs)
        return step.call(data, states, *constants, dtype=str(data.ty.dtype))
    one = replace(r, steps=1, lengths=(1,) * r.batch, states=names, outputs=outputs)
    return one.call(external.function(call), data, relax.Tuple(states), *constants)

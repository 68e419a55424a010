"""States that the graph assigns: the tensor is computed where the state lies, or copied there at the end."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from tinycompile.call import Call
from tinycompile.errors import UnsupportedOperator
from tinycompile.kernels.portable.any import concat
from tinycompile.program import Layer, Program, Tensor


def with_assignments(program: Program, assigned: dict[Tensor, Tensor]) -> Program:
    """`program`, after which each state (a key of `assigned`) holds what its tensor held."""
    states = {state.tensor.storage for state in program.states}
    for state, value in assigned.items():
        if value.storage in states - {state.storage}:
            raise UnsupportedOperator(
                f"state {state.name!r} becomes what another one was, {value.name!r}: not supported"
            )
    for state, value in assigned.items():
        now = program.tensors[value.name]  # it may have moved to another state by now
        if now.storage != state.storage and not _computed_in_place(program, state, now):
            program.layers.append(_copy(program, state, now))
    return program


def _computed_in_place(program: Program, state: Tensor, value: Tensor) -> bool:
    """Move `value` to the state's memory, if its layer runs after the last that reads the state."""
    made = [i for i, layer in enumerate(program.layers) if value.storage in storages(layer.outputs)]
    read = [
        i
        for i, layer in enumerate(program.layers)
        if state.storage in storages((*layer.inputs, *layer.outputs))
    ]
    kept = [tensor.storage for tensor in (*program.inputs, *program.outputs)]
    states = [other.tensor.storage for other in program.states]
    if not made or value.storage in (*kept, *states):
        return False
    if read and not (read[-1] < made[0] or _overwrites(program.layers[read[-1]], state, value)):
        return False
    if any(tensor.storage == state.storage for tensor in program.outputs):
        return False
    moved = {
        name: replace(tensor, storage=state.storage)
        for name, tensor in program.tensors.items()
        if tensor.storage == value.storage
    }
    program.tensors |= moved
    program.layers = [_with(layer, moved) for layer in program.layers]
    return True


def _overwrites(layer: Layer, state: Tensor, value: Tensor) -> bool:
    """Whether `layer` may compute `value` where `state` lies, which it reads."""
    read = [i for i, tensor in enumerate(layer.inputs) if tensor.storage == state.storage]
    made = [i for i, tensor in enumerate(layer.outputs) if tensor.storage == value.storage]
    return len(read) == len(made) == 1 and (read[0], made[0]) in layer.call.overwrites


def _with(layer: Layer, moved: dict[str, Tensor]) -> Layer:
    inputs, outputs = (
        tuple(moved.get(tensor.name, tensor) for tensor in tensors)
        for tensors in (layer.inputs, layer.outputs)
    )
    return replace(layer, inputs=inputs, outputs=outputs)


def storages(tensors: Iterable[Tensor]) -> set[str]:
    return {tensor.storage for tensor in tensors}


def _copy(program: Program, state: Tensor, value: Tensor) -> Layer:
    """A layer that copies the whole of `value`."""
    output = replace(state, name=f"{state.name} next", shape=value.shape)
    program.tensors[output.name] = output
    runs = np.array([value.nbytes], np.int32)
    call = Call(inputs=("inputs.0",), params={"count": 1, "rows": 1, "runs": runs})
    name = f"layer{len(program.layers):02}_concat"
    return Layer(name, f'state "{state.name}"', concat.KERNEL, call, (value,), (output,))

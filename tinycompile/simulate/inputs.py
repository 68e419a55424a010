"""Inputs given by the user, as .npy or .npz."""

from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tinycompile import numpy_file
from tinycompile.errors import InvalidInput
from tinycompile.rewriting import permutation

if TYPE_CHECKING:
    from tinycompile.pipeline import Compiled


def load(path: Path, compiled: "Compiled") -> list[dict[str, np.ndarray]]:
    """Inputs of one or more runs, in the program's layout.

    A .npy holds the only input; an .npz one array per input, by name (or the only input under any name).
    An array has the model's shape, or one more leading dimension: the runs.
    """
    arrays = numpy_file.read(path, InvalidInput)
    tensors = compiled.program.inputs
    if len(tensors) == 1 and tensors[0].name not in arrays and len(arrays) == 1:
        arrays = {tensors[0].name: next(iter(arrays.values()))}
    if missing := [t.name for t in tensors if t.name not in arrays]:
        raise InvalidInput(f"{path}: no array for {missing[0]!r} (it has {', '.join(arrays)})")
    batches = {t.name: runs(arrays[t.name], t, compiled, path) for t in tensors}
    counts = {name: len(batch) for name, batch in batches.items()}
    if len(set(counts.values())) > 1:
        raise InvalidInput(f"{path}: inputs differ in their number of runs: {counts}")
    return [
        {name: batch[i] for name, batch in batches.items()}
        for i in range(next(iter(counts.values())))
    ]


def runs(array: np.ndarray, tensor: Any, compiled: "Compiled", path: Path) -> list[np.ndarray]:
    """`array` as a list of tensors in the program's layout."""
    shape = compiled.source.shapes[tensor.name]
    if array.dtype != tensor.dtype:
        raise InvalidInput(
            f"{path}: {tensor.name!r} is {array.dtype}, the model takes {tensor.dtype}"
        )
    limit = compiled.program.limits.get(tensor.name)
    if limit and ((array < 0) | (array >= limit)).any():
        raise InvalidInput(f"{path}: {tensor.name!r} takes indices from 0 to {limit - 1}")
    if array.shape == shape:
        array = array[None]
    elif array.shape[1:] != shape:
        if array.shape[1:] != shape[1:]:
            raise InvalidInput(
                f"{path}: {tensor.name!r} has shape {array.shape}, the model takes {shape}, or one "
                "more leading dimension of runs"
            )
        array = array[:, None]
    return [to_program(item, tensor, compiled) for item in array]


def to_program(array: np.ndarray, tensor: Any, compiled: "Compiled") -> np.ndarray:
    """From the model's layout to the program's."""
    if layout := compiled.program.layouts.get(tensor.name):
        array = array.transpose(permutation.from_layout(layout))
    return array.reshape(tensor.shape)


def to_source(array: np.ndarray, name: str, compiled: "Compiled") -> np.ndarray:
    """From the program's layout to the model's."""
    tensor = compiled.program.tensors[name]
    shape = compiled.source.shapes[tensor.real or name]
    layout = compiled.program.layouts.get(name)
    p = permutation.from_layout(layout) if layout else list(range(len(shape)))
    ours = permutation.permuted(shape, p)
    if array.size != prod(shape):  # ONNX's inference is wrong about some windows
        ours = list(array.shape)
        while len(ours) > len(p) and 1 in ours:
            ours.remove(1)
    return array.reshape(ours).transpose(permutation.inverse(p))

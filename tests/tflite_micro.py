"""TFLite Micro, to run the TFLite files of tests."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

Array = NDArray[Any]


def run_tflite_micro(data: bytes, inputs: Sequence[Array]) -> list[Array]:
    """The outputs that TFLite Micro, the oracle for TFLite models, computes from `inputs`."""
    return stream_through_tflite_micro(data, [inputs])[0]


def stream_through_tflite_micro(
    data: bytes, sequence: Sequence[Sequence[Array]]
) -> list[list[Array]]:
    """The outputs of inferences that follow each other, so that states carry over."""
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(data, arena_size=1 << 22)
    subgraph = tflite.Model.GetRootAsModel(data, 0).Subgraphs(0)
    results = []
    for inputs in sequence:
        for i, value in enumerate(inputs):
            interpreter.set_input(value, i)
        interpreter.invoke()
        count = subgraph.OutputsLength()
        results.append([np.array(interpreter.get_output(i)) for i in range(count)])
    return results


def random_inputs(data: bytes, seed: int) -> list[Array]:
    """One array for each input of the model: integers over their full range, floats around 0."""
    generator = np.random.default_rng(seed)
    subgraph = tflite.Model.GetRootAsModel(data, 0).Subgraphs(0)
    tensors = [subgraph.Tensors(int(i)) for i in subgraph.InputsAsNumpy()]
    names = {value: name for name, value in vars(tflite.TensorType).items() if name.isupper()}
    arrays = []
    for tensor in tensors:
        dtype = np.dtype(names[tensor.Type()].lower())
        shape = tuple(tensor.ShapeAsNumpy()) if tensor.ShapeLength() else ()
        if dtype.kind == "f":
            arrays.append(generator.normal(0, 4, shape).astype(dtype))
        else:
            limits = np.iinfo(dtype)
            arrays.append(generator.integers(limits.min, limits.max, shape, dtype, endpoint=True))
    return arrays

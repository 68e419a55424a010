"""TFLite files -> `Source`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tflite
import tvm
from tvm.relax.frontend.tflite import from_tflite

from tinycompile.errors import InvalidModel, UnsupportedOperator
from tinycompile.frontend.source import Source
from tinycompile.frontend.tflite_converter import Converter, qparams, tensor_names


def load(path: Path, *, shapes: Mapping[str, tuple[int, ...]] = {}) -> Source:
    """Import the main subgraph of the TFLite file `path`."""
    data = path.read_bytes()
    model = read(path, data)
    subgraph = model.Subgraphs(0)
    made_by: dict[str, str] = {}

    def converter(*args: Any) -> Converter:
        converter = Converter(*args)
        converter.made_by = made_by
        return converter

    try:
        module = from_tflite(model, op_converter=converter)
    except tvm.error.OpNotImplemented as error:
        raise UnsupportedOperator(f"{path.name}: {first_line(error)}") from error
    names = tensor_names(subgraph)
    tensors = {names[i]: subgraph.Tensors(i) for i in range(subgraph.TensorsLength())}
    quantized = {name: qparams(tensor) for name, tensor in tensors.items()}
    return Source(
        path=path,
        format="tflite",
        module=module,
        inputs=[names[i] for i in subgraph.InputsAsNumpy()],
        outputs=[names[i] for i in subgraph.OutputsAsNumpy()],
        shapes={name: tuple(int(d) for d in shape_of(t)) for name, t in tensors.items()},
        quantization={name: q for name, q in quantized.items() if q is not None},
        nodes={name: f'{code} "{name}"' for name, code in made_by.items()},
    )


def read(path: Path, data: bytes) -> Any:
    """The flatbuffer, once it has shown to be one that is whole."""
    if data[4:8] != b"TFL3":
        raise InvalidModel(f"{path}: not a TFLite model (no TFL3 identifier)")
    model = tflite.Model.GetRootAsModel(data, 0)
    return model


def shape_of(tensor: Any) -> Any:
    return tensor.ShapeAsNumpy() if tensor.ShapeLength() else ()


def first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]

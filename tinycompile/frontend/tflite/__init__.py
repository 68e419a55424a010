"""TFLite files -> `Source`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tflite
import tvm
from tvm.relax.frontend.tflite import from_tflite

from tinycompile.errors import InvalidModel, TinyCompileError, UnsupportedOperator
from tinycompile.frontend.custom import NO_OPERATORS, Operators
from tinycompile.frontend.importing import damaged, in_file
from tinycompile.frontend.source import Source
from tinycompile.frontend.tflite.converter import Converter
from tinycompile.frontend.tflite.custom import with_custom
from tinycompile.frontend.tflite.cutting import cut
from tinycompile.frontend.tflite.operators import OURS
from tinycompile.frontend.tflite.shapes import check_batches, set_batches
from tinycompile.frontend.tflite.structure import as_tuple, check, shape_of
from tinycompile.frontend.tflite.tensors import qparams, tensor_names


def load(
    path: Path,
    *,
    shapes: Mapping[str, tuple[int, ...]] = {},
    operators: Operators = NO_OPERATORS,
    outputs: Sequence[str] = (),
) -> Source:
    """Import the main subgraph of the TFLite file `path`, whose custom `operators` are known.

    It ends at the tensors called `outputs`, if there are any.
    """
    model = read(path, bytearray(path.read_bytes()), outputs)
    subgraph = model.Subgraphs(0)
    names = tensor_names(subgraph)
    with in_file(path):
        set_batches(model, names, shapes)
    refuse_other_quantisations(path, subgraph, names)
    notes = batch_notes(path, subgraph, names)
    module, converter = convert(path, model, operators)
    if shapes:
        with in_file(path):
            check_batches(converter)
    tensors = {names[i]: subgraph.Tensors(i) for i in range(subgraph.TensorsLength())}
    quantized = {name: qparams(tensor) for name, tensor in tensors.items()}
    return Source(
        path=path,
        format="tflite",
        module=module,
        inputs=[names[i] for i in as_tuple(subgraph.InputsAsNumpy())],
        outputs=[names[i] for i in as_tuple(subgraph.OutputsAsNumpy())],
        shapes={name: shape_of(t) for name, t in tensors.items()},
        quantization={name: q for name, q in quantized.items() if q is not None},
        nodes={name: f'{code} "{short(name)}"' for name, code in converter.made_by.items()},
        notes=[*notes, *converter.notes.values()],
        cut=outputs,
        packs=any(tensor.Type() == tflite.TensorType.INT4 for tensor in tensors.values()),
    )


def convert(path: Path, model: Any, operators: Operators) -> tuple[tvm.IRModule, Converter]:
    """The module, and what converted it: it knows how each of its tensors is made."""
    converters: list[Converter] = []

    def converter(*args: Any) -> Converter:
        converters.append(Converter(with_custom(OURS, operators), *args))
        return converters[-1]

    try:
        with in_file(path), damaged("its inputs or outputs"):
            return from_tflite(model, op_converter=converter), converters[0]
    except TinyCompileError:
        for started in converters:
            started.bb._end_block()  # or TVM complains on stderr of a block left open
        raise


def read(path: Path, data: bytearray, outputs: Sequence[str] = ()) -> Any:
    """The flatbuffer, once all that is read of it later has shown to be there and sound."""
    if data[4:8] != b"TFL3":
        raise InvalidModel(f"{path}: not a TFLite model (it does not start with a TFL3 flatbuffer)")
    with in_file(path):
        with damaged("its tables"):
            model = tflite.Model.GetRootAsModel(data, 0)
        if outputs:
            model = cut(model, outputs)
        check(model)
        return model


def refuse_other_quantisations(path: Path, subgraph: Any, names: list[str]) -> None:
    """Activations of 4 bits and uint8 models compute something else than int8 ones: say which it is."""
    for i in range(subgraph.OperatorsLength()):
        operands = [
            subgraph.Tensors(k) for k in as_tuple(subgraph.Operators(i).InputsAsNumpy()) if k >= 0
        ]
        if len(operands) < 2 or qparams(operands[1]) is None:
            continue
        data, weights = operands[0].Type(), operands[1].Type()
        kinds = tflite.TensorType
        where = f"{path}: {names[subgraph.Operators(i).Outputs(0)]!r}"
        if data == kinds.INT4:
            raise UnsupportedOperator(
                f"{where}: 4-bit activations are not supported; only weights may have 4 bits"
            )
        if weights == kinds.UINT8:
            raise UnsupportedOperator(
                f"{where}: quantised to uint8, as converters did before 2019; convert the model again to int8"
            )


def batch_notes(path: Path, subgraph: Any, names: list[str]) -> list[str]:
    """A dynamic batch is 1, and said so; another dynamic dimension of an input is an error."""
    notes = []
    for i in as_tuple(subgraph.InputsAsNumpy()):
        tensor = subgraph.Tensors(i)
        signature = as_tuple(
            tensor.ShapeSignatureAsNumpy() if tensor.ShapeSignatureLength() else ()
        )
        shape = tuple(int(d) for d in shape_of(tensor))
        dynamic = [axis for axis, size in enumerate(signature) if size < 0]
        if dynamic == [0] and shape[0] == 1:
            notes.append(f"batch of input {names[i]!r} is dynamic: compiled for batch 1")
        elif any(shape[axis] <= 1 for axis in dynamic if axis > 0):
            raise InvalidModel(
                f"{path}: dimension {dynamic[-1]} of input {names[i]!r} {signature} is dynamic; convert the "
                "model again with that input's shape fixed"
            )
    return notes


def short(name: str) -> str:
    """The first of the nodes that a converter fused, whose names it joins by ";"."""
    return name.split(";")[0]

"""MLPerf Tiny's files as bakenn 1.0.0 takes them.

It refuses them as they are: shape signatures with -1, reshapes without options, softmax. The edited files
compute the same up to the softmax, which the other figures include; it is under a percent of any model here.
"""

import struct
from typing import Any

import flatbuffers
import tflite


def edit(data: bytes) -> bytes:
    """Batch 1 in every signature, options on every RESHAPE, no SOFTMAX at the end."""
    file = bytearray(data)
    graph = tflite.Model.GetRootAs(file, 0).Subgraphs(0)
    for index in range(graph.TensorsLength()):
        tensor = graph.Tensors(index)
        if tensor.ShapeSignatureLength():
            tensor.ShapeSignatureAsNumpy()[:] = tensor.ShapeAsNumpy()
    _cut_softmax(file)
    for index in range(graph.OperatorsLength()):
        if _code(file, index) == tflite.BuiltinOperator.RESHAPE:
            _give_options(file, index)
    return bytes(file)


def _graph(file: bytearray) -> Any:
    return tflite.Model.GetRootAs(file, 0).Subgraphs(0)


def _code(file: bytearray, index: int) -> int:
    model = tflite.Model.GetRootAs(file, 0)
    code = model.OperatorCodes(model.Subgraphs(0).Operators(index).OpcodeIndex())
    return int(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))


def _cut_softmax(file: bytearray) -> None:
    """The last operator, if it is one, leaves the list; what it read is the output."""
    graph = _graph(file)
    last = graph.OperatorsLength() - 1
    if _code(file, last) != tflite.BuiltinOperator.SOFTMAX:
        return
    graph.OutputsAsNumpy()[0] = graph.Operators(last).Inputs(0)
    struct.pack_into("<i", file, _operators(graph) - 4, last)  # a vector's length precedes it


def _operators(graph: Any) -> int:
    """Where the offsets of the operators begin."""
    field = graph._tab.Offset(4 + 2 * 3)  # operators are the fourth field of a SubGraph
    return int(graph._tab.Vector(field))


def _give_options(file: bytearray, index: int) -> None:
    """A copy of the operator, its output's shape as options, goes to the end; the list names it instead."""
    graph = _graph(file)
    operator = graph.Operators(index)
    if operator.BuiltinOptionsType() == tflite.BuiltinOptions.ReshapeOptions:
        return
    builder = flatbuffers.Builder(256)
    shape = builder.CreateNumpyVector(graph.Tensors(operator.Outputs(0)).ShapeAsNumpy())
    inputs = builder.CreateNumpyVector(operator.InputsAsNumpy())
    outputs = builder.CreateNumpyVector(operator.OutputsAsNumpy())
    tflite.ReshapeOptionsStart(builder)
    tflite.ReshapeOptionsAddNewShape(builder, shape)
    options = tflite.ReshapeOptionsEnd(builder)
    tflite.OperatorStart(builder)
    tflite.OperatorAddOpcodeIndex(builder, operator.OpcodeIndex())
    tflite.OperatorAddInputs(builder, inputs)
    tflite.OperatorAddOutputs(builder, outputs)
    tflite.OperatorAddBuiltinOptionsType(builder, tflite.BuiltinOptions.ReshapeOptions)
    tflite.OperatorAddBuiltinOptions(builder, options)
    builder.Finish(tflite.OperatorEnd(builder))
    slot = _operators(graph) + 4 * index
    file.extend(b"\0" * (-len(file) % 16))
    start = len(file)
    file.extend(builder.Output())
    (root,) = struct.unpack_from("<I", file, start)
    struct.pack_into("<I", file, slot, start + root - slot)

"""Small QDQ graphs of ONNX through the compiler, against ONNX Runtime, within 1."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from onnx import helper

from tests.frontend import onnx_model
from tests.kernels.runtime import Run
from tests.operators.compiled import SEEDS, lowered, run_program
from tinycompile.frontend import onnx as frontend
from tinycompile.program import Program

Array = onnx_model.Array
ELEMENTS = {np.dtype(name): helper.np_dtype_to_tensor_dtype(np.dtype(name)) for name in (
    "int8", "uint8", "int16", "int32", "float32", "int64"
)}  # fmt: skip


class Qdq:
    """A graph in the making; its methods return names of float tensors."""

    def __init__(self, opset: int = 17) -> None:
        self.opset = opset
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {}
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def constant(self, value: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = np.asarray(value)
        return name

    def node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = attributes.pop("output", f"t{len(self.nodes)}")
        self.nodes.append(
            helper.make_node(operator, inputs, [name], f"n{len(self.nodes)}", **attributes)
        )
        return name

    def input(
        self, shape: Sequence[int], scale: float = 0.05, zero_point: int = 2, dtype: str = "int8"
    ) -> str:
        name = self.integers(shape, dtype)
        return self.dequantize(name, scale, np.array(zero_point, dtype))

    def integers(self, shape: Sequence[int], dtype: str) -> str:
        """An input that is not dequantised."""
        name = f"x{len(self.inputs)}"
        self.inputs.append(onnx_model.value(name, shape, ELEMENTS[np.dtype(dtype)]))
        return name

    def weights(self, values: Array, scale: Any, zero_point: Any = 0, axis: int = 0) -> str:
        """A dequantised constant."""
        zero_points = np.broadcast_to(np.asarray(zero_point, values.dtype), np.shape(scale))
        return self.dequantize(self.constant(values), scale, zero_points, axis)

    def dequantize(self, name: str, scale: Any, zero_point: Array, axis: int = 0) -> str:
        parameters = self.constant(np.float32(scale)), self.constant(zero_point)
        more = {"axis": axis} if np.ndim(scale) else {}
        return self.node("DequantizeLinear", name, *parameters, **more)

    def quantize(self, name: str, scale: float, zero_point: int, dtype: str, **output: str) -> str:
        parameters = self.constant(np.float32(scale)), self.constant(np.array(zero_point, dtype))
        return self.node("QuantizeLinear", name, *parameters, **output)

    def requantize(self, name: str, scale: float, zero_point: int = 0, dtype: str = "int8") -> str:
        integers = self.quantize(name, scale, zero_point, dtype)
        return self.dequantize(integers, scale, np.array(zero_point, dtype))

    def output(self, name: str, scale: float, zero_point: int = 0, dtype: str = "int8") -> None:
        output = f"y{len(self.outputs)}"
        self.quantize(name, scale, zero_point, dtype, output=output)
        self.outputs.append(onnx_model.value(output, None, ELEMENTS[np.dtype(dtype)]))

    def copy(self, name: str, operator: str, **attributes: Any) -> None:
        """Another output, which `operator` makes of the int8 tensor `name`."""
        output = f"y{len(self.outputs)}"
        self.node(operator, name, output=output, **attributes)
        self.outputs.append(onnx_model.value(output, None, onnx_model.INT8))

    def build(self) -> onnx.ModelProto:
        made = onnx_model.model(self.nodes, self.inputs, self.outputs, self.constants, self.opset)
        return onnx.shape_inference.infer_shapes(made)


def compile_model(model: onnx.ModelProto) -> Program:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        onnx.save(model, path)
        return lowered(frontend.load(path))


def assert_equals_onnxruntime(
    model: onnx.ModelProto, kernels: Sequence[str], run: Run, within: int = 1
) -> None:
    """`model` compiles to `kernels`, in any order, and computes what ONNX Runtime does, nearly."""
    program = compile_model(model)
    taken = [layer.kernel.symbol for layer in program.layers]
    assert sorted(taken) == sorted(kernels)
    rng, seen = np.random.default_rng(0), []
    for _ in range(SEEDS):
        feed = {value.name: _random(value, rng) for value in model.graph.input}
        expected = [_signed(y) for y in onnx_model.run_onnxruntime(model, feed)]
        found = run_program(program, [_signed(x) for x in feed.values()], run)
        for ours, theirs, tensor in zip(found, expected, program.outputs, strict=True):
            theirs = np.moveaxis(theirs, 1, -1) if tensor.name in program.layouts else theirs
            ours = ours.reshape(theirs.shape).astype(int)
            np.testing.assert_allclose(ours, theirs.astype(int), rtol=0, atol=within)
        seen.append(np.concatenate([y.ravel() for y in expected]))
    assert (np.ptp(seen, 0) > 0).any(), "outputs that never change prove nothing"


def _random(value: onnx.ValueInfoProto, rng: np.random.Generator) -> Array:
    kind = value.type.tensor_type
    bounds = np.iinfo(helper.tensor_dtype_to_np_dtype(kind.elem_type))
    shape = [d.dim_value for d in kind.shape.dim]
    return rng.integers(bounds.min, bounds.max, shape, bounds.dtype, endpoint=True)


def _signed(values: Array) -> Array:
    """uint8 of the file is int8 here, 128 less."""
    return (values ^ 128).view(np.int8) if values.dtype == np.uint8 else values

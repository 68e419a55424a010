"""Float graphs quantised as QDQ, in the many ways in which quantisers write that."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.fuzz.choices import Choices, Rejected
from tests.fuzz.onnx_graph import F32, Array, Graph, Node, element

# Operators after which quantisers often keep the scale.
KEEP_SCALE = {"Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Slice", "Split", "Gather"}
KEEP_SCALE |= {"MaxPool", "Concat", "DepthToSpace", "SpaceToDepth", "Pad", "Relu", "Clip", "Resize"}
KEEP_SCALE |= {"ReduceMax", "ReduceMin", "GlobalMaxPool", "Max", "Min"}
# What a product is not quantised in front of.
FUSED = {"Conv": {"Relu", "Clip", "BatchNormalization"}, "MatMul": {"Relu", "Clip", "Add"}}
FUSED |= {operator: {"Relu", "Clip"} for operator in ("Gemm", "Add", "ConvTranspose")}
# The axis of output channels, by the role of the weights.
CHANNELS = {"weights": 0, "columns": -1, "transposed weights": 1}


def quantised(choices: Choices, graph: Graph) -> onnx.ModelProto:
    """`graph` with quantise and dequantise around every operator."""
    return _Quantiser(choices, graph).model()


class _Quantiser:
    def __init__(self, choices: Choices, graph: Graph) -> None:
        self.choices, self.graph = choices, graph
        self.dtype = np.dtype(choices.one_of([np.int8, np.uint8]))
        limits = np.iinfo(self.dtype)
        self.low, self.high = int(limits.min), int(limits.max)
        forms = ["channel", "channel", "channel", "tensor", "tensor"]
        self.form = choices.one_of(forms + ["unsigned"] * (self.dtype == np.uint8))
        self.share_reads, self.fuse = choices.chance(0.4), choices.chance(0.5)
        self.float_bias, self.omit_zero = choices.chance(0.1), choices.chance(0.3)
        self.extreme = choices.chance(0.1)
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self.params: dict[str, list[str]] = {}  # of tensors: names of the scale and the zero point
        self.scales: dict[str, tuple[F32, int]] = {}
        self.reads: dict[str, str] = {}  # the dequantised tensor that all readers share
        self.unquantised: dict[str, str] = {}  # float tensors between a product and what is fused

    def model(self) -> onnx.ModelProto:
        self.add_inputs(integers=self.choices.chance(0.3))
        for node in self.graph.nodes:
            self.add_node(node)
        outputs = self.add_outputs(integers=self.choices.chance(0.4))
        return self.graph.finish(self.nodes, self.inputs, outputs, self.constants)  # type: ignore[no-any-return]

    # Parts.

    def constant(self, name: str, value: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def quantise(self, inputs: list[str], output: str) -> None:
        self.nodes.append(
            helper.make_node("QuantizeLinear", inputs, [output], name=f"{output}_node")
        )

    def dequantise(self, inputs: list[str], output: str, axis: int | None = None) -> str:
        attributes = {} if axis is None else {"axis": axis}
        name = f"{output}_node"
        node = helper.make_node("DequantizeLinear", inputs, [output], name=name, **attributes)
        self.nodes.append(node)
        return output

    def range_of(self, value: Array) -> tuple[F32, int]:
        """A scale and a zero point that more or less fit `value`."""
        choices = self.choices
        low, high = min(float(value.min()), 0.0), max(float(value.max()), 0.0)
        if not np.isfinite(high - low):
            raise Rejected
        factor = choices.random.uniform(0.6, 1.5)
        if self.extreme and choices.chance(0.4):
            factor = 10 ** choices.random.uniform(-1.5, 1.5)
        low, high = low * factor, high * factor
        high = high if high - low >= 1e-6 else low + 1.0
        how = choices.one_of(["asymmetric", "asymmetric", "symmetric", "random", "power of 2"])
        if how in ("asymmetric", "random"):
            scale = (high - low) / 255
            zero_point = int(np.clip(round(self.low - low / scale), self.low, self.high))
            if how == "random":
                zero_point = choices.between(self.low, self.high)
            return F32(scale), zero_point
        scale = max(-low, high) / 127
        if how == "power of 2":
            scale = 2.0 ** np.ceil(np.log2(scale))
        return F32(scale), (self.low + self.high + 1) // 2

    def set_params(self, tensor: str, scale: F32, zero_point: int) -> None:
        self.scales[tensor] = scale, zero_point
        self.params[tensor] = [self.constant(f"{tensor}_scale", scale)]
        if zero_point or self.dtype != np.uint8 or not self.omit_zero:
            value = np.array(zero_point, self.dtype)
            self.params[tensor].append(self.constant(f"{tensor}_zp", value))

    # The graph.

    def add_inputs(self, integers: bool) -> None:
        for name in self.graph.inputs:
            value = self.graph.values[name]
            self.set_params(name, *self.range_of(value))
            kind = element(np.empty(0, self.dtype)) if integers else TensorProto.FLOAT
            seen = f"{name}_q" if integers else name
            self.inputs.append(helper.make_tensor_value_info(seen, kind, value.shape))
            if not integers:
                self.quantise([name, *self.params[name]], f"{name}_q")

    def add_node(self, node: Node) -> None:
        inputs, scale = [], None
        weight_scale: Array = np.ones((), F32)
        for i, name in enumerate(node.inputs):
            if name in self.graph.constants:
                role = node.roles.get(i, "operand" if node.operator == "Add" else "")
                if role in CHANNELS:
                    read, weight_scale = self.weights(node, name, role)
                elif role == "bias":
                    read = self.bias(name, None if scale is None else scale * weight_scale)
                else:
                    read = self.operand(name, role)
            else:
                read = self.read(name) if name else ""
                scale = self.scales[name][0] if i == 0 and name in self.scales else scale
            inputs.append(read)
        outputs = [f"{name}_f" if name else "" for name in node.outputs]
        self.nodes.append(
            helper.make_node(node.operator, inputs, outputs, name=node.name, **node.attributes)
        )
        for name in filter(None, node.outputs):
            self.add_result(node, name)

    def add_result(self, node: Node, name: str) -> None:
        """The output `name` of `node`, quantised unless what follows is fused."""
        readers = [other for other in self.graph.nodes if name in other.inputs]
        alone = len(readers) == 1 and readers[0].inputs.count(name) == 1
        alone = alone and name not in self.graph.outputs
        if self.fuse and alone and readers[0].operator in FUSED.get(node.operator, ()):
            self.unquantised[name] = f"{name}_f"
            return
        source = next((read for read in node.inputs if read in self.scales), None)
        if node.operator in KEEP_SCALE and source and self.choices.chance(0.7):
            self.set_params(name, *self.scales[source])
        elif node.operator == "Softmax" and self.choices.chance(0.6):
            self.set_params(name, F32(1 / 256), self.low)
        else:
            self.set_params(name, *self.range_of(self.graph.values[name]))
        self.quantise([f"{name}_f", *self.params[name]], f"{name}_q")

    def add_outputs(self, integers: bool) -> list[Any]:
        outputs = []
        for name in self.graph.outputs:
            kind, seen = element(np.empty(0, self.dtype)), f"{name}_q"
            if not integers:
                kind, seen = TensorProto.FLOAT, self.graph.fresh("out")
                self.dequantise([f"{name}_q", *self.params[name]], seen)
            shape = self.graph.values[name].shape
            outputs.append(helper.make_tensor_value_info(seen, kind, shape))
        return outputs

    def read(self, name: str) -> str:
        """The tensor `name` as reals, dequantised once or once for each reader."""
        if name in self.unquantised:
            return self.unquantised[name]
        if not (self.share_reads and name in self.reads):
            output = self.graph.fresh(f"{name}_dq")
            self.reads[name] = self.dequantise([f"{name}_q", *self.params[name]], output)
        return self.reads[name]

    # Constants.

    def weights(self, node: Node, name: str, role: str) -> tuple[str, Array]:
        """The dequantised weights and their scale, one or one for each output channel."""
        value, base = self.graph.constants[name], self.graph.fresh(name)
        axis = CHANNELS[role] % value.ndim
        grouped = role == "transposed weights" and node.attributes.get("group", 1) > 1
        per_channel = self.form == "channel" and not grouped
        if self.form == "unsigned":
            low, high = min(value.min(), 0), max(value.max(), 0)
            scale = np.array(max(high - low, 1e-6) / 255, F32)
            zero_point = np.array(np.clip(round(float(-low / scale)), 0, 255), np.uint8)
            integers = np.clip(np.rint(value / scale) + zero_point, 0, 255).astype(np.uint8)
        else:
            others = tuple(i for i in range(value.ndim) if i != axis) if per_channel else None
            scale = np.asarray(np.maximum(np.abs(value).max(axis=others), 1e-6) / 127, F32)
            spread = [-1 if i == axis else 1 for i in range(value.ndim)] if per_channel else ()
            lowest = -128 if self.choices.chance(0.2) else -127
            integers = np.rint(value / scale.reshape(spread))
            integers = np.clip(integers, lowest, 127).astype(np.int8)
            zero_point = np.zeros(scale.shape, np.int8)
        parts = [
            self.constant(f"{base}_q", integers),
            self.constant(f"{base}_scale", scale),
            self.constant(f"{base}_zp", zero_point),
        ]
        if self.form == "tensor" and self.choices.chance(0.15):
            parts.pop()
        return self.dequantise(parts, f"{base}_dq", axis if per_channel else None), scale

    def bias(self, name: str, scale: Array | None) -> str:
        value, base = self.graph.constants[name], self.graph.fresh(name)
        if self.float_bias or scale is None:
            return self.constant(f"{base}_f", value)
        scale = np.maximum(np.asarray(scale, F32), F32(1e-30))
        integers = np.rint(value.astype(np.float64) / scale).clip(-(2**31) + 1, 2**31 - 1)
        integers = integers.astype(np.int32)
        parts = [self.constant(f"{base}_q", integers), self.constant(f"{base}_scale", scale)]
        if self.choices.chance(0.6):
            parts.append(self.constant(f"{base}_zp", np.zeros(scale.shape, np.int32)))
        return self.dequantise(parts, f"{base}_dq", 0 if scale.ndim else None)

    def operand(self, name: str, role: str) -> str:
        """Another constant: what is computed with is quantised, mostly; what steers is not."""
        value, base = self.graph.constants[name], self.graph.fresh(name)
        if role != "operand" or self.choices.chance(0.15):
            return self.constant(base, value)
        scale, zero_point = self.range_of(value)
        params = [
            self.constant(f"{base}_scale", scale),
            self.constant(f"{base}_zp", np.array(zero_point, self.dtype)),
        ]
        if self.choices.chance(0.5):
            integers = np.clip(np.rint(value / scale) + zero_point, self.low, self.high)
            self.constant(f"{base}_q", integers.astype(self.dtype))
        else:
            self.quantise([self.constant(f"{base}_f", value), *params], f"{base}_q")
        return self.dequantise([f"{base}_q", *params], f"{base}_dq")

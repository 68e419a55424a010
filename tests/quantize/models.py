"""Small float ONNX models, written node by node, for the tests of quantisation."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[Any]
OPSET = 13


class Graph:
    """Nodes in order; `weight` adds a constant, `node` an operator and returns its output's name."""

    def __init__(self, seed: int = 0) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.rng = np.random.default_rng(seed)

    def weight(self, name: str, value: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def node(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], output, **attributes))
        return output

    def conv(self, x: str, name: str, shape: tuple[int, ...], **attributes: Any) -> str:
        """A convolution of random weights (O, I / groups, H, W) and bias."""
        fan_in = int(np.prod(shape[1:]))
        weights = self.rng.normal(size=shape) / np.sqrt(fan_in)
        inputs = [x, self.weight(f"{name}.w", weights)]
        inputs.append(self.weight(f"{name}.b", 0.1 * self.rng.normal(size=shape[0])))
        return self.node("Conv", inputs, name, **attributes)

    def save(
        self, path: Path, inputs: dict[str, tuple[int, ...]], outputs: dict[str, tuple[int, ...]]
    ) -> Path:
        def values(shapes: dict[str, tuple[int, ...]]) -> list[onnx.ValueInfoProto]:
            return [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, shape in shapes.items()
            ]

        graph = helper.make_graph(self.nodes, "g", values(inputs), values(outputs), self.constants)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, path)
        return path


def images(count: int, *shape: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(count, *shape)).astype(np.float32)


def small_network(path: Path) -> Path:
    """Batch normalisation, depthwise, residual add, concat, pools, fully connected, softmax."""
    g = Graph()
    x = g.conv("x", "conv", (8, 2, 3, 3), pads=[1, 1, 1, 1])
    statistics = [
        g.weight("bn.scale", g.rng.uniform(0.5, 2, 8)),
        g.weight("bn.bias", g.rng.normal(size=8)),
        g.weight("bn.mean", g.rng.normal(size=8)),
        g.weight("bn.var", g.rng.uniform(0.5, 2, 8)),
    ]
    x = g.node("BatchNormalization", [x, *statistics], "bn")
    x = g.node("Relu", [x], "relu")
    y = g.conv(x, "depthwise", (8, 1, 3, 3), pads=[1, 1, 1, 1], group=8)
    y = g.node("Clip", [y, g.weight("zero", 0), g.weight("six", 6)], "relu6")
    x = g.node("Add", [x, y], "sum")
    x = g.node("Relu", [x], "sum_relu")
    x = g.node("MaxPool", [x], "pool", kernel_shape=[2, 2], strides=[2, 2])
    a, b = g.conv(x, "wide", (4, 8, 1, 1)), g.conv(x, "narrow", (4, 8, 1, 1))
    x = g.node("Concat", [a, b], "joined", axis=1)
    x = g.node("Sigmoid", [x], "gate")
    x = g.node("GlobalAveragePool", [x], "mean")
    x = g.node("Flatten", [x], "flat", axis=1)
    x = g.node("Gemm", [x, g.weight("fc.w", g.rng.normal(size=(5, 8))), g.weight("fc.b", np.arange(5))],
               "fc", transB=1)  # fmt: skip
    g.node("Softmax", [x], "scores", axis=1)
    return g.save(path, {"x": (1, 2, 8, 8)}, {"scores": (1, 5)})


def run_onnx(path: Path, inputs: NDArray[np.float32], *outputs: str) -> list[Array]:
    """The tensors `outputs` (or the model's) for each of `inputs`, in ONNX Runtime."""
    import onnxruntime

    model = onnx.load(path)
    if outputs:
        del model.graph.output[:]
        model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in outputs)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    rows = [session.run(None, {name: x[None]}) for x in inputs]
    return [
        np.concatenate([np.atleast_1d(row) for row in tensor]) for tensor in zip(*rows, strict=True)
    ]

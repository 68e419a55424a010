"""Random float graphs of ONNX operators.

A graph grows node by node. Each node is tried alone in ONNX Runtime, whose result gives the shapes that
later nodes build on, and the range from which scales are drawn; what ONNX Runtime refuses is dropped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from tests.fuzz.choices import Choices, Rejected

Array = NDArray[Any]
F32 = np.float32
LARGEST = 6000  # elements of a tensor
BEYOND = 1e6  # of this size, reals lose what a comparison looks for
IR_VERSIONS = {13: 7, 17: 8, 18: 8, 21: 10}  # by operator set

onnxruntime.set_default_logger_severity(4)


def session(model: bytes) -> onnxruntime.InferenceSession:
    """The model in ONNX Runtime, every operator computed as it stands."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def element(array: Array) -> int:
    return int(helper.np_dtype_to_tensor_dtype(array.dtype))


@dataclass
class Node:
    operator: str
    inputs: list[str]  # "" is absent
    outputs: list[str]
    attributes: dict[str, Any]
    roles: dict[int, str]  # of inputs that are constants, as onnx_qdq.py reads them

    @property
    def name(self) -> str:
        return "n_" + next(output for output in self.outputs if output)

    def proto(self) -> onnx.NodeProto:
        return helper.make_node(
            self.operator, self.inputs, self.outputs, name=self.name, **self.attributes
        )


@dataclass
class Graph:
    opset: int
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    values: dict[str, Array] = field(default_factory=dict)  # of one run
    constants: dict[str, Array] = field(default_factory=dict)
    names: int = 0

    def fresh(self, stem: str) -> str:
        self.names += 1
        return f"{stem}_{self.names}"

    def finish(self, nodes: Sequence[Any], inputs: Any, outputs: Any, constants: Any) -> Any:
        graph = helper.make_graph(nodes, "fuzz", inputs, outputs, constants)
        opsets = [helper.make_opsetid("", self.opset)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSIONS[self.opset])

    def model(self) -> onnx.ModelProto:
        def info(name: str) -> Any:
            value = self.values[name]
            return helper.make_tensor_value_info(name, element(value), value.shape)

        constants = [numpy_helper.from_array(value, n) for n, value in self.constants.items()]
        nodes = [node.proto() for node in self.nodes]
        return self.finish(
            nodes, [info(n) for n in self.inputs], [info(n) for n in self.outputs], constants
        )


class Growth(Choices):
    """A graph that grows."""

    def __init__(self, *seed: int) -> None:
        super().__init__(*seed)
        self.graph = Graph(self.one_of(IR_VERSIONS))

    # What operators build on.

    def tensor(
        self, ranks: Sequence[int] = (), fits: Callable[[Array], bool] = lambda value: True
    ) -> str:
        """A float tensor, mostly the newest."""
        names = [
            name
            for name, value in self.graph.values.items()
            if value.dtype == F32 and (not ranks or value.ndim in ranks) and fits(value)
        ]
        return names[-1] if names and self.chance(0.75) else self.one_of(names)

    def shape(self, name: str) -> tuple[int, ...]:
        return self.graph.values[name].shape

    def broadcastable(self, shape: Sequence[int]) -> list[str]:
        """The float tensors that `shape` broadcasts with."""

        def fits(value: Array) -> bool:
            try:
                together = np.broadcast_shapes(shape, value.shape)
            except ValueError:
                return False
            return len(together) <= 6 and int(np.prod(together)) <= LARGEST

        return [n for n, v in self.graph.values.items() if v.dtype == F32 and fits(v)]

    def constant(self, value: Any, stem: str = "c") -> str:
        name = self.graph.fresh(stem)
        self.graph.constants[name] = np.asarray(value)
        return name

    def integers(self, value: Any) -> str:
        return self.constant(np.asarray(value, np.int64), "p")

    def reals(self, low: float, high: float, shape: Any) -> str:
        return self.constant(self.random.uniform(low, high, shape).astype(F32))

    def normal(self, deviation: float, shape: Any) -> str:
        return self.constant(np.asarray(self.random.normal(0, deviation, shape), F32))

    def weights(self, shape: Sequence[int], deviation: float | None = None) -> Array:
        """Weights of `shape`, output channels first; sometimes with a dead channel, or unlike ones."""
        fan_in = max(1, int(np.prod(shape[1:])))
        weights = self.random.normal(0, deviation or 1.2 / np.sqrt(fan_in), shape)
        if self.chance(0.05) and shape[0] > 1:
            weights[self.between(0, shape[0] - 1)] = 0
        if self.chance(0.05):
            weights *= self.random.uniform(0.01, 3, (shape[0], *[1] * (len(shape) - 1)))
        return weights.astype(F32)

    # Growth.

    def add(
        self,
        operator: str,
        inputs: Sequence[str],
        attributes: Mapping[str, Any] | None = None,
        roles: Mapping[int, str] | None = None,
        outputs: Sequence[bool] = (True,),
    ) -> str:
        """A node, if ONNX Runtime takes it; its first output. `outputs` are those that are not left out."""
        named = [self.graph.fresh(operator.lower()) if there else "" for there in outputs]
        node = Node(operator, list(inputs), named, dict(attributes or {}), dict(roles or {}))
        for name, value in self.evaluate(node).items():
            real = value.dtype.kind == "f"
            if value.size == 0 or value.size > LARGEST or value.ndim > 6:
                raise Rejected
            if real and not (np.isfinite(value).all() and float(np.abs(value).max()) <= BEYOND):
                raise Rejected
            self.graph.values[name] = value
        self.graph.nodes.append(node)
        return next(name for name in named if name)

    def evaluate(self, node: Node) -> dict[str, Array]:
        graph = self.graph
        read = [name for name in dict.fromkeys(node.inputs) if name]
        feeds = {name: graph.values[name] for name in read if name not in graph.constants}
        inputs = [
            helper.make_tensor_value_info(n, element(value), value.shape)
            for n, value in feeds.items()
        ]
        constants = [
            numpy_helper.from_array(graph.constants[n], n) for n in read if n in graph.constants
        ]
        made = [name for name in node.outputs if name]
        outputs = [onnx.ValueInfoProto(name=name) for name in made]
        model = graph.finish([node.proto()], inputs, outputs, constants)
        try:
            results = session(model.SerializeToString()).run(made, feeds)
        except Exception as error:  # ONNX Runtime has no common base of what it raises
            raise Rejected from error
        if not all(isinstance(result, np.ndarray) for result in results):
            raise Rejected
        return dict(zip(made, results, strict=True))

    def grow(self, operators: Mapping[Callable[["Growth"], Any], float], size: int | None) -> Graph:
        """At most 8 operators; `size` ends the growth earlier."""
        self.add_inputs()
        graph = self.graph
        wanted, made = self.between(1, 8), 0
        for _ in range(120):
            if made == min(wanted, size or wanted):
                break
            before = dict(graph.values), dict(graph.constants), list(graph.nodes)
            try:
                self.weighted(operators)(self)
                made += 1
            except Rejected:
                graph.values, graph.constants, graph.nodes = before
        if not graph.nodes:
            raise Rejected
        self.choose_outputs()
        return graph

    def add_inputs(self) -> None:
        form = self.one_of(["image", "image", "image", "sequence", "vector", "rows", "odd"])
        for k in range(1 + self.chance(0.25) + self.chance(0.05)):
            shape = self.input_shape(form)
            if k and self.chance(0.6):
                shape = self.shape(self.graph.inputs[0])
            name = self.one_of(["x", "input", "in.0", "data:0", "a/b"]) + str(k)
            self.graph.inputs.append(name)
            reach = 10 ** self.random.uniform(-0.5, 0.7)
            self.graph.values[name] = (self.random.normal(0, 1, shape) * reach).astype(F32)

    def input_shape(self, form: str) -> tuple[int, ...]:
        if form == "image":
            channels = self.one_of([1, 2, 3, 4, 5, 8, 12, 16])
            batch = 2 if self.chance(0.05) else 1
            return (batch, channels, self.between(1, 12), self.between(1, 12))
        if form == "sequence":
            return (1, self.one_of([1, 2, 3, 4, 6, 8]), self.between(1, 24))
        if form == "vector":
            return (1, self.between(1, 40))
        if form == "rows":
            return (1, self.between(1, 8), self.between(1, 16))
        return (1, *(self.between(1, 5) for _ in range(self.between(0, 4))))

    def choose_outputs(self) -> None:
        """What nothing reads is an output, some others are, too; what none of them needs is dropped."""
        graph = self.graph
        read = {name for node in graph.nodes for name in node.inputs}
        made = [name for node in graph.nodes for name in node.outputs if name]
        leaves = [name for name in made if name not in read]
        leaves += [name for name in made if name in read and self.chance(0.08)]
        graph.outputs = leaves[-4:]
        needed, kept = set(graph.outputs), []
        for node in reversed(graph.nodes):
            if needed.intersection(node.outputs):
                needed.update(node.inputs)
                kept.append(node)
        graph.nodes = kept[::-1]
        graph.inputs = [name for name in graph.inputs if name in needed] or graph.inputs[:1]
        graph.constants = {n: value for n, value in graph.constants.items() if n in needed}


def feeds(choices: Choices, model: onnx.ModelProto, graph: Graph) -> list[dict[str, Array]]:
    """Inputs of four runs: noise of several kinds, and extremes."""
    return [
        {
            value.name: feed(choices, value.type.tensor_type, graph.values[sample], run)
            for value, sample in zip(model.graph.input, graph.inputs, strict=True)
        }
        for run in range(4)
    ]


def feed(choices: Choices, kind: Any, sample: Array, run: int) -> Array:
    random, shape = choices.random, sample.shape
    if kind.elem_type == TensorProto.FLOAT:
        spread = float(np.abs(sample).max()) or 1.0
        made = [
            lambda: sample,
            lambda: random.uniform(-1.3, 1.3, shape) * spread,
            lambda: np.full(shape, random.normal() * spread),
            lambda: random.normal(0, 0.5, shape) * spread,
        ][run]()
        return np.asarray(made, F32).reshape(shape)
    dtype = helper.tensor_dtype_to_np_dtype(kind.elem_type)
    limits = np.iinfo(dtype)
    if run == 2:
        made = random.choice([limits.min, limits.max], shape)
    else:
        made = random.integers(limits.min, limits.max, shape, endpoint=True)
    return np.asarray(made, dtype).reshape(shape)

"""An ONNX graph in the form in which the frontend edits it.

Constants are numpy arrays whether the file has them as initialisers or as Constant nodes, every
tensor a node reads exists before it, and types come from ONNX's shape inference on demand.
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, helper, numpy_helper, shape_inference

from tinycompile.errors import InvalidModel
from tinycompile.frontend.custom import Operators, Type
from tinycompile.frontend.importing import damaged

Array = NDArray[Any]
STANDARD_DOMAINS = ("", "ai.onnx")
RECURRENT = ("LSTM", "GRU", "RNN")  # all of their outputs may be left out


@dataclass(frozen=True)
class TensorType:
    """Element type (as in onnx.TensorProto) and shape; None and "name" are unknown sizes."""

    element: int
    shape: tuple[int | str | None, ...] | None

    @property
    def static_shape(self) -> tuple[int, ...] | None:
        if self.shape is None or not all(isinstance(size, int) for size in self.shape):
            return None
        return tuple(size for size in self.shape if isinstance(size, int))

    @property
    def static(self) -> Type | None:
        """The shape, and what numpy calls the elements; None while the shape is not known."""
        if (shape := self.static_shape) is None:
            return None
        return shape, str(helper.tensor_dtype_to_np_dtype(self.element))


@dataclass
class OnnxGraph:
    nodes: list[onnx.NodeProto]
    constants: dict[str, Array]
    inputs: list[onnx.ValueInfoProto]
    outputs: list[onnx.ValueInfoProto]
    opset: int
    custom: Operators = field(default_factory=dict)  # of other domains, that plug-ins know
    _taken: set[str] = field(init=False)  # every name of a tensor, given out or found in the file

    def __post_init__(self) -> None:
        self._taken = {o for node in self.nodes for o in node.output} | set(self.constants)
        self._taken.update(value.name for value in self.inputs)

    def fresh(self, name: str) -> str:
        """`name`, with a number behind it if a tensor is called so already."""
        candidates = (f"{name}_{n}" for n in range(1, len(self._taken) + 2))
        free = (
            name if name not in self._taken else next(c for c in candidates if c not in self._taken)
        )
        self._taken.add(free)
        return free

    def add_constant(self, name: str, value: Array) -> str:
        name = self.fresh(name)
        self.constants[name] = value
        return name

    def to_model(self, stated: Sequence[onnx.ValueInfoProto] = ()) -> onnx.ModelProto:
        """The model; `stated` are types of tensors inside it."""
        graph = helper.make_graph(
            self.nodes,
            "graph",
            self.inputs,
            self.outputs,
            [numpy_helper.from_array(value, name) for name, value in self.constants.items()],
            value_info=stated,
        )
        domains = sorted({node.domain for node in self.nodes} - {*STANDARD_DOMAINS})
        opsets = [helper.make_opsetid("", self.opset)]
        opsets += [helper.make_opsetid(domain, 1) for domain in domains]
        return helper.make_model(graph, opset_imports=opsets, ir_version=onnx.IR_VERSION)

    def types(self) -> dict[str, TensorType]:
        """Type of every tensor that ONNX's inference, with values propagated, and plug-ins can tell."""
        stated: dict[str, onnx.ValueInfoProto] = {}
        types = self._inferred(stated)
        while more := [value for node in self.nodes for value in self._stated(node, types, stated)]:
            stated |= {value.name: value for value in more}
            types = self._inferred(stated)
        return types

    def _stated(
        self, node: onnx.NodeProto, types: Mapping[str, TensorType], known: Container[str]
    ) -> Iterator[onnx.ValueInfoProto]:
        """The outputs of a custom operator that are not `known`, where the types of its inputs are."""
        operator = self.custom.get(full_name(node))
        inputs = [types[name].static if name in types else None for name in node.input]
        left_out = [not name for name in node.input]
        if operator is None or node.output[0] in known or left_out != [x is None for x in inputs]:
            return
        made = operator.types(inputs, attributes(node))
        for name, (shape, dtype) in zip(node.output, made, strict=False):
            element = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
            yield helper.make_tensor_value_info(name, element, shape)

    def _inferred(self, stated: Mapping[str, onnx.ValueInfoProto]) -> dict[str, TensorType]:
        model = self.to_model([*stated.values()])
        for value in model.graph.output:  # inference believes them, not the constant behind them
            if value.name in self.constants:
                value.ClearField("type")
        with damaged("types and shapes do not fit together"):
            inferred = shape_inference.infer_shapes(model, data_prop=True).graph
        values = [*inferred.value_info, *inferred.input, *inferred.output, *stated.values()]
        types = {v.name: tensor_type(v) for v in values if v.type.HasField("tensor_type")}
        for name, value in self.constants.items():
            element = helper.np_dtype_to_tensor_dtype(value.dtype)
            types[name] = TensorType(element, value.shape)
        return types

    def prune(self) -> None:
        """Drop nodes, constants and optional results from which no output is computed."""
        needed = {value.name for value in self.outputs}
        kept = []
        for node in reversed(self.nodes):
            if needed.intersection(node.output):
                needed.update(reads(node))
                kept.append(node)
                first = 0 if node.op_type in RECURRENT else 1
                for index, name in enumerate(node.output[first:], first):
                    if name not in needed and node.op_type != "Split":
                        node.output[index] = ""
        self.nodes = kept[::-1]
        self.constants = {name: v for name, v in self.constants.items() if name in needed}


def tensor_type(value: onnx.ValueInfoProto) -> TensorType:
    proto = value.type.tensor_type
    if not proto.HasField("shape"):
        return TensorType(proto.elem_type, None)
    sizes: list[int | str | None] = []
    for dimension in proto.shape.dim:
        fixed = dimension.HasField("dim_value") and dimension.dim_value >= 0
        sizes.append(dimension.dim_value if fixed else dimension.dim_param or None)
    return TensorType(proto.elem_type, tuple(sizes))


def describe(node: onnx.NodeProto) -> str:
    """How reports and errors call a node; one without a name is called by what it makes.

    The documentation of a node, which is of no other use here, says of which one of the model it comes.
    """
    return node.doc_string or f'{node.op_type} "{node.name or next(iter(node.output), "")}"'


def bodies(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    for attribute in node.attribute:
        if attribute.type == AttributeProto.GRAPH:
            yield attribute.g
        yield from attribute.graphs


def reads(node: onnx.NodeProto) -> set[str]:
    """The tensors that `node` needs, those that its bodies take from outside among them."""
    found = set(node.input)
    for body in bodies(node):
        inside = {value.name for value in (*body.input, *body.initializer)}
        inside.update(name for inner in body.node for name in inner.output)
        found.update(name for inner in body.node for name in reads(inner) - inside)
        found.update({value.name for value in body.output} - inside)
    return found - {""}


def full_name(node: onnx.NodeProto) -> str:
    """The operator, behind its domain unless that is ONNX's own."""
    return node.op_type if node.domain in STANDARD_DOMAINS else f"{node.domain}.{node.op_type}"


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """The node's attributes as Python values, strings decoded."""

    def decoded(value: Any) -> Any:
        return value.decode(errors="replace") if isinstance(value, bytes) else value

    values = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    return {
        name: [decoded(v) for v in value] if isinstance(value, list) else decoded(value)
        for name, value in values.items()
    }


def to_graph(model: onnx.ModelProto) -> OnnxGraph:
    """The model's graph. Raises InvalidModel for one that does not hang together."""
    graph = model.graph
    opsets = [o.version for o in model.opset_import if o.domain in STANDARD_DOMAINS]
    constants = {t.name: to_array(t) for t in graph.initializer}
    if graph.sparse_initializer:
        name = graph.sparse_initializer[0].values.name
        raise InvalidModel(f"constant {name!r} is sparse; store it as a dense tensor")
    nodes = []
    for node in graph.node:
        if node.op_type == "Constant" and node.domain in STANDARD_DOMAINS:
            constants[node.output[0]] = constant_value(node)
        else:
            nodes.append(node)
    inputs = [value for value in graph.input if value.name not in constants]
    known = {*constants, *(value.name for value in inputs)}
    nodes = _in_order(nodes, known)
    known.update(name for node in nodes for name in node.output)
    for value in graph.output:
        if value.name not in known:
            raise InvalidModel(f"nothing makes the output {value.name!r}")
    result = OnnxGraph(nodes, constants, inputs, list(graph.output), max(opsets, default=1))
    result.prune()
    return result


def to_array(tensor: onnx.TensorProto) -> Array:
    with damaged(f"constant {tensor.name!r}"):
        return numpy_helper.to_array(tensor)


def constant_value(node: onnx.NodeProto) -> Array:
    if len(node.attribute) != 1:
        raise InvalidModel(f"damaged file: {describe(node)} has {len(node.attribute)} values")
    (attribute,) = node.attribute
    value = helper.get_attribute_value(attribute)
    if attribute.name == "value":
        return to_array(value)
    if attribute.name in ("value_float", "value_floats"):
        return np.array(value, np.float32)
    if attribute.name in ("value_int", "value_ints"):
        return np.array(value, np.int64)
    raise InvalidModel(f"{describe(node)} holds a {attribute.name}; only tensors are known")


def _in_order(nodes: list[onnx.NodeProto], known: set[str]) -> list[onnx.NodeProto]:
    """`nodes`, each behind those that make its inputs; some writers do not sort them."""
    counts = Counter(name for node in nodes for name in node.output if name)
    repeated = [name for name, count in counts.items() if count > 1 or name in known]
    if repeated:
        raise InvalidModel(f"tensor {repeated[0]!r} is made more than once")
    known, waiting, order = known | {""}, nodes, []
    while waiting:
        ready = []
        for node in waiting:
            if known.issuperset(reads(node)):
                known.update(node.output)
                ready.append(node)
        if not ready:
            _raise_for_missing(waiting, known | set(counts))
        order += ready
        waiting = [node for node in waiting if not known.issuperset(node.output)]
    return order


def _raise_for_missing(nodes: list[onnx.NodeProto], made: set[str]) -> NoReturn:
    for node in nodes:
        for name in sorted(reads(node)):
            if name not in made:
                raise InvalidModel(f"{describe(node)} reads {name!r}, which nothing makes")
    raise InvalidModel(f"{describe(nodes[0])} needs its own output: the graph has a cycle")

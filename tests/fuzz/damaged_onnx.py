"""ONNX files in which something is wrong."""

from collections.abc import Callable
from typing import Any

import onnx
from onnx import helper

from tests.fuzz.choices import Choices, Rejected
from tests.fuzz.damaged_constants import CONSTANTS, Damage
from tests.fuzz.hostile import INTEGERS, NAMES, REALS

INT64 = [value for value in INTEGERS if -(2**63) <= value < 2**63]
OPERATORS = ["Conv", "MatMul", "Gemm", "If", "Loop", "Scan", "Concat", "Split", "Reshape", "Slice"]
OPERATORS += ["Constant", "Pad", "Resize", "LSTM", "GRU", "Foo", "", "Softmax", "Gather", "Where"]
OPERATORS += [
    "ConstantOfShape",
    "QLinearConv",
    "QLinearMatMul",
    "MatMulInteger",
    "NonZero",
    "Shape",
]
OPERATORS += [
    "DynamicQuantizeLinear",
    "Size",
    "Range",
    "Tile",
    "Expand",
    "TopK",
    "Upsample",
    "Cast",
]
OPERATORS += [
    "Scatter",
    "RandomNormal",
    "StringNormalizer",
    "Einsum",
    "Optional",
    "Identity",
    "Clip",
]
OPERATORS += ["SequenceConstruct", "QuantizeLinear", "DequantizeLinear", "BatchNormalization"]
OPERATORS += [
    "Dropout",
    "MaxUnpool",
    "RoiAlign",
    "DepthToSpace",
    "ReduceMean",
    "ArgMax",
    "Transpose",
]
OPERATORS += ["Squeeze", "Unsqueeze", "Flatten", "MaxPool", "AveragePool", "ConvTranspose"]
OPERATORS += ["Attention", "RMSNormalization"]


def names(damage: Damage) -> None:
    choices = damage.choices
    if choices.chance(0.3):
        for node in damage.graph.node:
            node.name = choices.one_of(NAMES)
        return
    for _ in range(choices.one_of([1, 2, 6])):
        rename(damage, choices.one_of(damage.tensors), choices.one_of(["", *NAMES]))


def rename(damage: Damage, old: str, new: str) -> None:
    graph = damage.graph
    for node in graph.node:
        for names_ in (node.input, node.output):
            for i, name in enumerate(names_):
                if name == old:
                    names_[i] = new
    for value in [*graph.input, *graph.output, *graph.value_info, *graph.initializer]:
        if value.name == old:
            value.name = new


def operator(damage: Damage) -> None:
    if damage.choices.chance(0.8):
        damage.node().op_type = damage.choices.one_of(OPERATORS)
    else:
        domains = ["com.microsoft", "ai.onnx.ml", "x", "ai.onnx", "../x", NAMES[0]]
        damage.node().domain = damage.choices.one_of(domains)


def edges(damage: Damage) -> None:
    node, choices = damage.node(), damage.choices
    later = [name for other in damage.graph.node for name in other.output]
    if choices.chance(0.2) and node.output:
        node.output[0] = choices.one_of(damage.tensors)
    elif node.input:
        at = choices.between(0, len(node.input) - 1)
        node.input[at] = choices.one_of(["", "nothing", *damage.tensors, *later])


def missing(damage: Damage) -> None:
    graph, choices = damage.graph, damage.choices
    parts = choices.one_of([graph.node, graph.initializer, graph.input, graph.output])
    if len(parts):
        del parts[choices.between(0, len(parts) - 1)]


def twice(damage: Damage) -> None:
    graph, choices = damage.graph, damage.choices
    if choices.chance(0.5):
        tensor = damage.constant()
        graph.initializer.append(tensor)
        graph.input.append(
            helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims))
        )
    else:
        graph.output.append(choices.one_of(graph.output))


def attribute(damage: Damage) -> None:
    node = damage.choices.one_of(node for node in damage.graph.node if node.attribute)
    found = damage.choices.one_of(node.attribute)
    how = damage.choices.one_of(["value", "value", "value", "type", "none"])
    if how != "value":
        name = found.name
        node.attribute.remove(found)
        if how == "type":
            values: list[Any] = [1.5, 3, "text", [1, 2], [0.5, 0.25], "", [2**62], -1]
            node.attribute.append(helper.make_attribute(name, damage.choices.one_of(values)))
    else:
        attribute_value(damage.choices, found)


def attribute_value(choices: Choices, found: Any) -> None:
    kinds = onnx.AttributeProto
    if found.type == kinds.INT:
        found.i = choices.one_of(INT64)
    elif found.type == kinds.INTS:
        values = list(found.ints)
        forms = [
            [choices.one_of(INT64), *values[1:]],
            values + [1] * 4,
            values[1:],
            [],
            [-1, *values],
        ]
        del found.ints[:]
        found.ints.extend(choices.one_of(forms))
    elif found.type == kinds.FLOAT:
        found.f = choices.one_of(REALS)
    elif found.type == kinds.STRING:
        found.s = choices.one_of([b"", b"FOO", b"SAME_UPPER", b"linear", b"cubic", b"\xff"])
    elif found.type == kinds.TENSOR:
        found.t.dims.append(choices.one_of([0, 2, -1]))


def input_type(damage: Damage) -> None:
    choices = damage.choices
    kind = choices.one_of(damage.graph.input).type.tensor_type
    how = choices.one_of(["type", "size", "size", "size", "name", "rank", "none"])
    if how == "type":
        kind.elem_type = choices.between(0, 23)
    elif how == "none":
        kind.ClearField("shape")
    elif how == "rank" or not kind.shape.dim:
        kind.shape.dim.add().dim_value = 2
    else:
        size = choices.one_of(kind.shape.dim)
        if how == "name":
            size.dim_param = choices.one_of(NAMES[:30])
        else:
            size.dim_value = choices.one_of([2**31, 2**40, 2**62, 100000, -3, 0, 2, 8])


def versions(damage: Damage) -> None:
    choices = damage.choices
    if choices.chance(0.3):
        damage.model.ir_version = choices.one_of([0, 1, 3, 99, -1])
    else:
        numbers = [0, 1, 5, 7, 9, 11, 12, 22, 23, 24, 30, 99, -1, 2**40]
        damage.model.opset_import[0].version = choices.one_of(numbers)


def functions(damage: Damage) -> None:
    """A function of the model's own, perhaps one that calls itself."""
    recursive = damage.choices.chance(0.5)
    function = damage.model.functions.add()
    function.name, function.domain = "Fn", "local"
    function.input.append("a")
    function.output.append("b")
    function.opset_import.append(helper.make_opsetid("", 13))
    function.opset_import.append(helper.make_opsetid("local", 1))
    inner = ("Fn", "local") if recursive else ("Relu", "")
    function.node.append(helper.make_node(inner[0], ["a"], ["b"], domain=inner[1]))
    damage.model.opset_import.append(helper.make_opsetid("local", 1))
    node = damage.node()
    if node.input:
        node.op_type, node.domain = "Fn", "local"
        del node.input[1:], node.output[1:], node.attribute[:]


def subgraphs(damage: Damage) -> None:
    """Branches and loops, perhaps many in one another."""
    choices, value = damage.choices, helper.make_tensor_value_info("inner", 1, None)
    read = choices.one_of(damage.tensors)
    body = helper.make_graph([helper.make_node("Identity", [read], ["inner"])], "b", [], [value])
    for _ in range(choices.one_of([0, 0, 8, 20])):
        nested = helper.make_node("If", [read], ["inner"], then_branch=body, else_branch=body)
        if body.ByteSize() > 100_000:
            break
        body = helper.make_graph([nested], "b", [], [value])
    kind = choices.one_of(["If", "Loop", "Scan"])
    bodies = {"then_branch": body, "else_branch": body} if kind == "If" else {"body": body}
    damage.graph.node.append(helper.make_node(kind, [read], ["extra"], **bodies))
    if choices.chance(0.5) and damage.graph.output:
        damage.graph.output[0].name = "extra"


def long_chain(damage: Damage) -> None:
    nodes = damage.graph.node
    for i in range(damage.choices.one_of([100, 400])):
        nodes.append(helper.make_node("Relu", [nodes[-1].output[0]], [f"many{i}"]))
    damage.graph.output[0].name = nodes[-1].output[0]


def outputs(damage: Damage) -> None:
    graph, choices = damage.graph, damage.choices
    form = choices.one_of(["none", "all", "one"])
    if form == "none":
        del graph.output[:]
    elif form == "all":
        every = damage.tensors[:30]
        graph.output.extend(helper.make_tensor_value_info(name, 1, None) for name in every)
    else:
        name = choices.one_of(["nothing", *damage.tensors])
        kind = choices.one_of([1, 3, 7])
        graph.output.append(helper.make_tensor_value_info(name, kind, None))


def notes(damage: Damage) -> None:
    """What a file says of itself and of its tensors."""
    choices = damage.choices
    entry = damage.model.metadata_props.add()
    entry.key, entry.value = NAMES[6], NAMES[4]
    damage.model.producer_name, damage.graph.name = choices.one_of(NAMES), choices.one_of(NAMES)
    damage.graph.doc_string = "*/" * 100
    shape = choices.one_of([[1], [-1, 5], [2**40], [0], None])
    name, kind = choices.one_of(damage.tensors), choices.one_of([1, 2, 3, 7])
    damage.graph.value_info.append(helper.make_tensor_value_info(name, kind, shape))


CHANGES: dict[Callable[[Damage], None], float] = {
    **CONSTANTS,
    names: 3,
    operator: 2,
    edges: 3,
    missing: 3,
    twice: 2,
    attribute: 5,
    input_type: 3,
    versions: 2,
    functions: 2,
    subgraphs: 2,
    long_chain: 1,
    outputs: 1,
    notes: 2,
}


def damage_model(
    choices: Choices, model: onnx.ModelProto, size: int | None
) -> tuple[bytes, dict[str, bytes]]:
    """The file with one to three changes, at most `size`; and the files beside it."""
    damage = Damage(choices, model)
    for _ in range(min(choices.one_of([1, 1, 1, 2, 3]), size or 3)):
        choices.weighted(CHANGES)(damage)
    try:
        return model.SerializeToString(), damage.files
    except ValueError as error:  # protobuf does not write it
        raise Rejected from error

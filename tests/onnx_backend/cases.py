"""The cases of ONNX's backend tests, and which of them are in scope: computed from the models.

Inputs on which the shapes hang (axes, sizes, pads...), and integers that are one number, are constants of
a network, as are the weights of recurrent layers: they become such here, with the values of the case.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import AttributeProto, TensorProto, inliner, numpy_helper, shape_inference
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.loader import load_model_tests

Array = NDArray[Any]
KINDS = ("simple", "pytorch-operator", "pytorch-converted")
ELEMENTS = dict(map(reversed, TensorProto.DataType.items()))
NUMBERS = {
    "BOOL", "INT4", "INT8", "INT16", "INT32", "INT64", "UINT4", "UINT8", "UINT16", "UINT32", "UINT64",
    "FLOAT16", "FLOAT", "DOUBLE",
}  # fmt: skip
RANDOM = {
    "Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"
}  # fmt: skip
TRAINING = "ai.onnx.preview.training"
LIMITS = np.finfo(np.float32)
EPSILON = float(LIMITS.eps)
USUAL = (1e-3, 1e-7)  # the tolerances of cases that state none


@dataclass(frozen=True)
class Case:
    name: str
    kind: str
    operator: str  # what it tests; its kind, of a whole graph
    model: onnx.ModelProto
    inputs: list[Array]
    outputs: list[Array]
    tolerance: tuple[float, float] = (0.0, 0.0)  # relative and absolute, where the case states one


@cache
def in_scope() -> tuple[list[Case], Counter[str]]:
    """The cases, by name; how many are left out for which reason."""
    found, left_out = [], Counter[str]()
    with np.errstate(all="ignore"):
        cases = sorted(every(), key=lambda case: case.name)
    for case in cases:
        if (reason := out_of_scope(case)) is None and (static := with_static_shapes(case)):
            found.append(static)
        else:
            left_out[reason or "shapes depend on values"] += 1
    return found, left_out


def every() -> Iterator[Case]:
    operators: dict[str, str] = {}
    for test in sorted(collect_testcases(None), key=lambda test: len(test.name)):
        nodes = test.model.graph.node
        base = test.name.partition("_expanded")[0]
        operators[test.name] = operators.get(base) or (
            nodes[0].op_type if len(nodes) == 1 else test.kind
        )
        given, made = test.data_sets[0]
        stated = (test.rtol, test.atol)
        yield Case(
            test.name,
            test.kind,
            operators[test.name],
            test.model,
            *(list(map(to_array, given)), list(map(to_array, made))),
            stated if stated != USUAL else (0.0, 0.0),
        )
    for kind in KINDS:
        for test in load_model_tests(kind=kind):
            yield stored(test.name, kind, Path(test.model_dir))


def to_array(value: Any) -> Any:
    """What numpy has no type for comes as a message; sequences and the like stay as they are."""
    return numpy_helper.to_array(value) if isinstance(value, TensorProto) else value


def stored(name: str, kind: str, folder: Path) -> Case:
    model = onnx.load(folder / "model.onnx")
    nodes, data = model.graph.node, folder / "test_data_set_0"
    read: dict[str, list[Any]] = {"input": [], "output": []}
    for which, arrays in read.items():
        for index in range(len(list(data.glob(f"{which}_*.pb")))):
            tensor = TensorProto()
            try:
                tensor.ParseFromString((data / f"{which}_{index}.pb").read_bytes())
                arrays.append(numpy_helper.to_array(tensor))
            except Exception:  # a sequence, which is out of scope
                arrays.append(None)
    operator = nodes[0].op_type if len(nodes) == 1 else kind
    return Case(name, kind, operator, model, read["input"], read["output"])


def out_of_scope(case: Case) -> str | None:
    """Why, for other reasons than shapes; None if it is in scope."""
    graphs = list(subgraphs(case.model.graph))
    nodes = [node for graph in graphs for node in graph.node]
    nodes += [node for function in case.model.functions for node in function.node]
    names = {node.op_type for node in nodes}
    if any(node.domain.startswith(TRAINING) for node in nodes) or "training" in case.name:
        return "training"
    if names & RANDOM:
        return "random"
    if any(node.domain == "ai.onnx.ml" for node in nodes):
        return "classic machine learning"
    kinds = types(case.model)
    if any(kind not in ELEMENTS.values() for kind in kinds):
        return "sequences and optionals"
    if other := sorted(kinds - NUMBERS):
        return f"type {other[0].lower()}"
    if any(array.ndim > 1 and array.shape[0] == 0 for array in case.inputs if array is not None):
        return "batches of nothing"  # so that old files say that a batch is not known
    arrays = [a for a in (*case.inputs, *case.outputs) if a is not None and a.dtype == np.float64]
    if any(not is_within_float32(array) for array in arrays):
        return "numbers beyond float32"
    return None


def is_within_float32(array: Array) -> bool:
    sizes = np.abs(array[np.isfinite(array) & (array != 0)])
    return bool(((sizes <= LIMITS.max) & (sizes >= LIMITS.tiny)).all())


def subgraphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield from subgraphs(attribute.g)


def types(model: onnx.ModelProto) -> set[str]:
    """Element types, and kinds of values that are no tensors."""
    found = set()
    for graph in subgraphs(inferred(model).graph):
        for value in (*graph.input, *graph.output, *graph.value_info):
            kind = value.type.WhichOneof("value")
            tensor = kind == "tensor_type"
            found.add(ELEMENTS[value.type.tensor_type.elem_type] if tensor else str(kind))
        found.update(ELEMENTS[tensor.data_type] for tensor in graph.initializer)
    return found - {"UNDEFINED"}


def inferred(model: onnx.ModelProto) -> onnx.ModelProto:
    try:
        return shape_inference.infer_shapes(model, data_prop=True)
    except Exception:  # its bodies may not be
        return model


def with_static_shapes(case: Case) -> Case | None:
    """`case`, the fewest inputs made constants with which all shapes are known; None if that does not do."""
    given = [value.name for value in case.model.graph.input]
    small = [i for i, array in enumerate(case.inputs) if array.ndim <= 1]
    axes = [i for i, a in enumerate(case.inputs) if i and not a.ndim and a.dtype.kind == "i"]
    if is_static(bound(case, [])):
        small = axes
    elif not is_static(bound(case, small)):
        return None
    for index in [i for i in small if i not in axes]:
        fewer = [i for i in small if i != index]
        if is_static(bound(case, fewer)):
            small = fewer
    weights = set(weights_of_recurrent_layers(case.model))
    small = [i for i, name in enumerate(given) if i in small or name in weights]
    names = [given[i] for i in small]
    rest = [a for name, a in zip(given, case.inputs, strict=False) if name not in names]
    return Case(
        *(case.name, case.kind, case.operator, bound(case, small), rest, case.outputs),
        case.tolerance,
    )


def weights_of_recurrent_layers(model: onnx.ModelProto) -> Iterator[str]:
    """And the lengths of their sequences."""
    for node in model.graph.node:
        if node.op_type in ("LSTM", "GRU", "RNN"):
            yield from filter(None, (*node.input[1:5], *node.input[7:]))


def bound(case: Case, indices: list[int]) -> onnx.ModelProto:
    """The model with those of its inputs as constants."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    names = [value.name for value in model.graph.input]
    for index in reversed(indices):
        model.graph.initializer.append(numpy_helper.from_array(case.inputs[index], names[index]))
        del model.graph.input[index]
    return model


def is_static(model: onnx.ModelProto) -> bool:
    """Whether the shapes of the outputs follow from those of the inputs."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    forms = [model]
    with suppress(RuntimeError):  # of functions whose inference fails
        forms.append(
            inliner.inline_selected_functions(model, [], True, inline_schema_functions=True)
        )
    return any(
        all(has_sizes(value) for value in (*form.graph.input, *form.graph.output))
        for form in map(inferred, forms)
    )


def has_sizes(value: onnx.ValueInfoProto) -> bool:
    found = value.type.tensor_type
    return bool(
        found.HasField("shape") and all(size.HasField("dim_value") for size in found.shape.dim)
    )


def distance(ours: Array, theirs: Array, tolerance: tuple[float, float], terms: float = 1) -> str:
    """How far `ours` is from `theirs`, sums of so many terms, in words; "" if close enough."""
    if ours.shape != theirs.shape:
        return f"shape {ours.shape} instead of {theirs.shape}"
    if theirs.dtype.kind not in "f":
        different = int((ours.astype(np.int64) != theirs.astype(np.int64)).sum())
        return f"{different} of {theirs.size} differ" if different else ""
    a, b = ours.astype(np.float64), theirs.astype(np.float64)
    finite = np.abs(b[np.isfinite(b)])
    narrow = 2.0**-9 if theirs.dtype == np.float16 else max(1e-5, 4 * EPSILON * terms**0.5)
    written = 1e-4 if is_rounded(theirs) else 0.0
    with np.errstate(invalid="ignore"):
        allowed = (
            tolerance[1] + tolerance[0] * np.abs(b) + narrow * finite.max(initial=0.0) + written
        )
        close = (np.abs(a - b) <= allowed) | (a == b) | (np.isnan(a) & np.isnan(b))
        off = np.abs(a - b)[~close]
    return f"off by {off.max():.3g} of {finite.max(initial=0.0):.3g}" if off.size else ""


def is_rounded(array: Array) -> bool:
    """Whether somebody wrote these numbers down, with four digits."""
    return np.array_equal(array, np.round(array, 4)) and not np.array_equal(array, np.round(array))

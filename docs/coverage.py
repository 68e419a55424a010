"""Measure what computes each operator: docs/coverage.csv, of which docs/generate.py makes tables.

.venv/bin/python -m docs.coverage

ONNX's own operator tests are compiled as they are and between DequantizeLinear and QuantizeLinear; so are the
networks of the tests, random graphs as the fuzzers make them, and TFLite files of one operator. What counts
are the layers' kernels.
"""

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.fuzz import onnx_models, tflite_models
from tests.onnx_backend.cases import Case, in_scope
from tests.tflite_model import Model
from tinycompile.errors import TinyCompileError
from tinycompile.families import GENERATED
from tinycompile.pipeline import Compiled, compile

FILE = Path(__file__).parent / "coverage.csv"
CASES = 3  # of an operator
SEEDS = 80
NETWORKS = Path(__file__).parents[1] / "tests/networks/models"
EDGES = re.compile("tc_(de)?quantize_")
QUANTISED = {"int8": (TensorProto.INT8, np.int8), "int16": (TensorProto.INT16, np.int16)}
UNARY = (
    "ABS", "CEIL", "COS", "EXP", "FLOOR", "LOG", "LOGISTIC", "NEG", "RELU", "RELU6", "RELU_N1_TO_1", "ROUND",
    "RSQRT", "SIN", "SQRT", "SQUARE", "TANH", "ELU", "HARD_SWISH", "GELU", "SIGN",
)  # fmt: skip
BINARY = (
    "ADD",
    "SUB",
    "MUL",
    "DIV",
    "MAXIMUM",
    "MINIMUM",
    "POW",
    "SQUARED_DIFFERENCE",
    "FLOOR_DIV",
)
Found = dict[tuple[str, str, str], set[str]]  # by format, operator and type


def quantized(model: onnx.ModelProto, dtype: str) -> onnx.ModelProto | None:
    """`model` between integers; None if it has no floats on both sides."""
    element, kind = QUANTISED[dtype]
    graph, nodes, last = model.graph, [], []
    constants = [numpy_helper.from_array(np.array(0.05, np.float32), "coverage scale")]
    constants.append(numpy_helper.from_array(np.array(0, kind), "coverage zero"))
    floats = [v for v in graph.input if v.type.tensor_type.elem_type == TensorProto.FLOAT]
    made = [v for v in graph.output if v.type.tensor_type.elem_type == TensorProto.FLOAT]
    if not floats or not made:
        return None
    quantization = ["coverage scale", "coverage zero"]
    for v in floats:
        nodes.append(helper.make_node("DequantizeLinear", [f"{v.name} q", *quantization], [v.name]))
        v.name, v.type.tensor_type.elem_type = f"{v.name} q", element
    for v in made:
        last.append(helper.make_node("QuantizeLinear", [v.name, *quantization], [f"{v.name} q"]))
        v.name, v.type.tensor_type.elem_type = f"{v.name} q", element
    weights = [t for t in graph.initializer if t.data_type == TensorProto.FLOAT and len(t.dims) > 1]
    for t in weights:
        real = numpy_helper.to_array(t)
        scale = np.float32(max(np.abs(real).max(), 1e-3) / 127)
        parts = {"q": np.rint(real / scale).astype(np.int8), "s": scale, "z": np.int8(0)}
        names = [f"{t.name} {part}" for part in parts]
        nodes.append(helper.make_node("DequantizeLinear", names, [t.name]))
        constants += map(numpy_helper.from_array, map(np.asarray, parts.values()), names)
        graph.initializer.remove(t)
    every = [*nodes, *graph.node, *last]
    del graph.node[:]
    graph.node.extend(every)
    graph.initializer.extend(constants)
    for opset in model.opset_import:
        if not opset.domain:
            opset.version = max(opset.version, 21 if dtype == "int16" else 13)
    return model


def variants(case: Case) -> Iterator[tuple[str, onnx.ModelProto]]:
    """The case's model in each type; with weights, where it has several inputs."""
    for weights, dtype in product((False, True), ("float", *QUANTISED)):
        model = onnx.ModelProto()
        model.CopyFrom(case.model)
        others = list(model.graph.input)[1:]
        if weights and not others:
            continue
        if weights:
            given = dict(zip((v.name for v in case.model.graph.input), case.inputs, strict=False))
            del model.graph.input[1:]
            model.graph.initializer.extend(
                numpy_helper.from_array(given[v.name], v.name) for v in others if v.name in given
            )
        made = model if dtype == "float" else quantized(model, dtype)
        if made is not None:
            yield dtype, made


def compiled(data: bytes, suffix: str) -> Compiled | None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"model.{suffix}"
        path.write_bytes(data)
        try:
            return compile(path, target="host", kernels="portable")
        except TinyCompileError:
            return None
        except Exception as error:  # a bug, or onnx's word on a model that is none
            print(f"{type(error).__name__}: {error}"[:200], file=sys.stderr)
            return None


def kernels(found: Compiled) -> Iterator[tuple[str, str, str]]:
    """The operator, type and kernel of each layer that computes."""
    for layer in found.program.layers:
        symbol = GENERATED if layer.kernel.family == GENERATED else layer.kernel.symbol
        if not EDGES.match(symbol):
            read = {t.dtype for t in layer.inputs} or {layer.outputs[0].dtype}
            dtype = next((d for d in QUANTISED if d in read), "float")
            yield layer.source.partition(" ")[0], dtype, symbol


def of_onnx(found: Found) -> None:
    seen: dict[str, int] = defaultdict(int)
    for case in sorted(in_scope()[0], key=lambda c: sum(a.size for a in c.inputs)):
        if case.kind in ("simple", "pytorch-converted") or seen[case.operator] >= CASES:
            continue
        seen[case.operator] += 1
        for dtype, model in variants(case):
            if result := compiled(model.SerializeToString(), "onnx"):
                symbols = {symbol for _, _, symbol in kernels(result)} or {"nothing"}
                found["ONNX", case.operator, dtype] |= symbols
    for operator in seen:
        found["ONNX", operator, ""] |= set()
    for path in sorted(NETWORKS.glob("*.onnx")):
        if result := compiled(path.read_bytes(), "onnx"):
            note(found, "ONNX", result)
    for make, seed in product((onnx_models.onnx_float, onnx_models.onnx_qdq), range(SEEDS)):
        model, _ = make(seed)
        if result := compiled(model.SerializeToString(), "onnx"):
            note(found, "ONNX", result)


def of_tflite(found: Found) -> None:
    for seed in range(SEEDS):
        data, _ = tflite_models.tflite_int8(seed)
        if result := compiled(data, "tflite"):
            note(found, "TFLite", result)
    for code in (*UNARY, *BINARY):
        model = Model()
        names = "ab" if code in BINARY else "a"
        given = [model.tensor(name, (1, 4, 6, 3), "float32") for name in names]
        y = model.tensor("y", (1, 4, 6, 3), "float32")
        options = f"{code.title()}Options" if code in ("ADD", "SUB", "MUL", "DIV") else ""
        model.operator(code, given, [y], options)
        if result := compiled(model.build(given, [y]), "tflite"):
            note(found, "TFLite", result)


def note(found: Found, format_: str, result: Compiled) -> None:
    for operator, dtype, symbol in kernels(result):
        found[format_, operator, dtype].add(symbol)


def rows(found: Found) -> Iterable[tuple[str, str, str, str]]:
    for (format_, operator, dtype), symbols in sorted(found.items()):
        if operator.isidentifier():
            yield format_, operator, dtype, " ".join(sorted(symbols))


if __name__ == "__main__":
    measured: Found = defaultdict(set)
    of_onnx(measured)
    of_tflite(measured)
    with FILE.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows(measured))

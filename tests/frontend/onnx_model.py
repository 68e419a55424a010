"""Small ONNX models for tests, ONNX Runtime as the oracle, TVM to evaluate what was imported."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import tvm
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tvm import relax

from tinycompile.frontend import onnx as frontend
from tinycompile.frontend.source import Source
from tinycompile.pipeline import Compiled, compile
from tinycompile.simulate.harness import run_on_host
from tinycompile.simulate.inputs import to_program, to_source

Array = NDArray[Any]
FLOAT, INT8, UINT8 = TensorProto.FLOAT, TensorProto.INT8, TensorProto.UINT8
SEED = 20
RANDOM = np.random.default_rng(2)
IMAGE = (1, 4, 8, 8)


def value(name: str, shape: Sequence[int | str | None] | None, element: int = FLOAT) -> Any:
    return helper.make_tensor_value_info(name, element, shape)


def model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
    constants: Mapping[str, Array] | None = None,
    opset: int = 13,
) -> onnx.ModelProto:
    initializers = [numpy_helper.from_array(v, name) for name, v in (constants or {}).items()]
    graph = helper.make_graph(nodes, "test", inputs, outputs, initializers)
    opsets = [helper.make_opsetid("", opset)]
    domains = sorted({node.domain for node in nodes} - {""})
    opsets += [helper.make_opsetid(domain, 1) for domain in domains]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def one_node(
    operator: str,
    shapes: Sequence[Sequence[int]],
    constants: Mapping[str, Array] | None = None,
    outputs: int = 1,
    opset: int = 13,
    **attributes: Any,
) -> onnx.ModelProto:
    """`operator` over inputs x0, x1... of `shapes`, then the constants; None leaves one out."""
    constants = constants or {}
    names = [f"x{i}" for i in range(len(shapes))]
    made = [f"y{i}" for i in range(outputs)]
    inputs = names + [name if v is not None else "" for name, v in constants.items()]
    node = helper.make_node(operator, inputs, made, "node", **attributes)
    return model(
        [node],
        [value(name, shape) for name, shape in zip(names, shapes, strict=True)],
        [onnx.ValueInfoProto(name=name) for name in made],
        {name: v for name, v in constants.items() if v is not None},
        opset,
    )


def two_relus(first: str, second: str) -> onnx.ModelProto:
    """x -> Relu "first" -> tensor `first` -> Relu without a name -> tensor `second`."""
    nodes = [
        helper.make_node("Relu", ["x"], [first], "first"),
        helper.make_node("Relu", [first], [second]),
    ]
    return model(nodes, [value("x", IMAGE)], [value(second, IMAGE)])


def reals(*values: float) -> Array:
    """A float32 vector, or a scalar of one value."""
    return np.array(values if len(values) > 1 else values[0], np.float32)


def integers(dtype: str, *shape: int) -> Array:
    """Random ones over the whole range."""
    bounds = np.iinfo(dtype)
    return RANDOM.integers(bounds.min, bounds.max, shape, dtype, endpoint=True)


def imported(built: onnx.ModelProto, folder: Path, **options: Any) -> Source:
    path = folder / "model.onnx"
    onnx.save(built, path)
    return frontend.load(path, **options)


def run_onnxruntime(built: onnx.ModelProto, inputs: Mapping[str, Array]) -> list[Array]:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        built.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    found: list[Array] = session.run(None, dict(inputs))
    return found


def compiled(module: tvm.IRModule) -> Callable[[Sequence[Array]], list[Array]]:
    machine = relax.VirtualMachine(relax.build(module, "llvm"), tvm.cpu())

    def run(inputs: Sequence[Array]) -> list[Array]:
        result = machine["main"](*(tvm.runtime.tensor(array) for array in inputs))
        results = [result] if isinstance(result, tvm.runtime.Tensor) else result
        return [tensor.numpy() for tensor in results]

    return run


def run_relax(module: tvm.IRModule, inputs: Sequence[Array]) -> list[Array]:
    return compiled(module)(inputs)


def random_inputs(source: Source, seed: int = SEED, spread: float = 2.0) -> dict[str, Array]:
    generator = np.random.default_rng(seed)
    arrays: dict[str, Array] = {}
    for parameter in source.module["main"].params:
        shape = tuple(int(size) for size in parameter.ty.shape)
        dtype = str(parameter.ty.dtype.dtype)
        if dtype == "int8":
            arrays[parameter.name] = generator.integers(-128, 128, shape, np.int8)
        elif dtype == "float32":
            numbers = np.asarray(generator.normal(size=shape) * spread)
            arrays[parameter.name] = numbers.astype(np.float32)
        else:
            arrays[parameter.name] = drawn(dtype, shape, seed)
    return arrays


def as_in_the_file(built: onnx.ModelProto, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """`inputs` of an imported module in the types of the file's."""
    found = {}
    for v in built.graph.input:
        wanted = helper.tensor_dtype_to_np_dtype(v.type.tensor_type.elem_type)
        array, shifted = inputs[v.name], wanted == np.uint8 and inputs[v.name].dtype == np.int8
        found[v.name] = ((array.astype(np.int16) + 128) if shifted else array).astype(wanted)
    return found


def operators(source: Source) -> list[str]:
    """The Relax operators of the module in order, without what quantises."""
    names = [
        binding.value.op.name if isinstance(binding.value.op, tvm.ir.Op) else "call"
        for block in source.module["main"].body.blocks
        for binding in block.bindings
        if isinstance(binding.value, tvm.ir.Call)
    ]
    short = [name.removeprefix("relax.") for name in names]
    return [name for name in short if name not in ("quantize", "dequantize")]


def variables(source: Source) -> dict[str, Any]:
    """Name of every variable -> what is bound to it."""
    blocks = source.module["main"].body.blocks
    return {b.var.name: b.value for block in blocks for b in block.bindings}


def assert_same_numbers(built: onnx.ModelProto, source: Source, tolerance: float = 1e-5) -> None:
    """The imported module computes what ONNX Runtime does, relative to the largest value."""
    inputs = random_inputs(source)
    expected = run_onnxruntime(built, as_in_the_file(built, inputs))
    found = run_relax(source.module, [inputs[name] for name in source.inputs])
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype or theirs.dtype.kind == "f"
        limit = tolerance * max(1.0, float(np.abs(theirs.astype(np.float64)).max()))
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=limit)


def assert_compiled_equals(
    built: onnx.ModelProto, folder: Path, tolerance: float = 1e-5, **options: Any
) -> Compiled:
    """The C that `built` becomes computes what ONNX Runtime does; integers may differ by 1."""
    path = folder / "model.onnx"
    onnx.save(built, path)
    made = compile(path, target="host", kernels="portable", **options)
    program, shapes = made.program, made.source.shapes
    feeds = [
        {t.name: drawn(t.dtype, shapes[t.name], seed) for t in program.inputs} for seed in range(3)
    ]
    ours = [{t.name: to_program(feed[t.name], t, made) for t in program.inputs} for feed in feeds]
    results = run_on_host(made, ours, folder, sanitize=True)
    for feed, found in zip(feeds, results, strict=True):
        expected = run_onnxruntime(built, feed)
        for t, theirs in zip(program.outputs, expected, strict=True):
            values = to_source(found[t.name], t.name, made).astype(np.float64)
            assert values.shape == theirs.shape
            largest = float(np.abs(theirs.astype(np.float64)).max(initial=1.0))
            limit = {"f": tolerance * largest, "b": 0.0}.get(theirs.dtype.kind, 1.0)
            np.testing.assert_allclose(values, theirs.astype(np.float64), rtol=0, atol=limit)
    return made


def drawn(dtype: str, shape: Sequence[int], seed: int) -> Array:
    random = np.random.default_rng(seed)
    if dtype == "float32":
        return random.normal(size=shape).astype(np.float32)
    if dtype == "bool":
        return random.integers(0, 2, shape).astype(np.bool_)
    bounds = np.iinfo(dtype)
    return random.integers(bounds.min, bounds.max, shape, dtype, endpoint=True)


def case(
    name: str, operator: str, shapes: Sequence[Sequence[int]], expected: str, **rest: Any
) -> Any:
    """A test parameter: a model of one node, and the Relax operators expected of it."""
    return pytest.param(one_node(operator, shapes, **rest), expected.split(), id=name)


def f32(*shape: int) -> Array:
    """Random numbers, the same whenever the shape is the same."""
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def i64(*values: int) -> Array:
    return np.array(values, np.int64)

"""What the C of a graph must compute: ONNX Runtime without optimisations, TFLite Micro."""

import os
import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import tflite
from numpy.typing import NDArray
from onnx import helper

from tests.fuzz.onnx_graph import session
from tests.fuzz.programs import Arrays, Results
from tinycompile.pipeline import Compiled
from tinycompile.simulate.inputs import to_source

GIVEN = "/given"
NEAR = 1e-5  # of a float tensor's range
OF_NORMS = 1e-3  # the same: of values that hardly differ only their rounding is left
FLOOR = 3e-7  # by which ONNX Runtime's approximations of sigmoid and tanh are off
FAR = 0.35  # of the spread of an output


class Refused(Exception):
    """The oracle does not take the model."""


class Wrong(Exception):
    """The C computes something else."""


def aliases(compiled: Compiled) -> dict[str, str]:
    """Reshapes are no layers: a tensor of the file -> the layer's output that it is another shape of."""
    program = compiled.program
    made = {t.storage: t.name for layer in program.layers for t in layer.outputs}
    direct = {t.name for layer in program.layers for t in layer.outputs}
    return {
        tensor.name: made[tensor.storage]
        for tensor in program.tensors.values()
        if tensor.name not in direct and tensor.storage in made
    }


def with_aliases(compiled: Compiled, arrays: Arrays) -> Arrays:
    tensors = compiled.program.tensors
    reshaped = aliases(compiled).items()
    return {n: arrays[of].reshape(tensors[n].shape) for n, of in reshaped if of in arrays} | arrays


def in_file(array: NDArray[Any], name: str, compiled: Compiled) -> NDArray[Any]:
    """`array` in the layout of the model's file."""
    return to_source(array, name, compiled) if name in compiled.source.shapes else array


def check_shapes(compiled: Compiled) -> None:
    """What the report and --verify go by is what the program has."""
    for name, shape in compiled.source.shapes.items():
        tensor = compiled.program.tensors.get(name)
        if tensor and np.prod(shape) != np.prod(tensor.shape):
            raise Wrong(f"{name!r} is {shape} to the frontend, {tensor.shape} in the program")


def kernel_of(name: str, compiled: Compiled) -> str:
    """What made the values of `name`, whatever their shape; "reshape" where no layer did."""
    layers = compiled.program.layers
    makers = {t.name: layer.kernel.symbol for layer in layers for t in layer.outputs}
    return makers.get(aliases(compiled).get(name, name), "reshape")


def check_names(outputs: Sequence[str], compiled: Compiled) -> None:
    ours = {tensor.name for tensor in compiled.program.outputs}
    for name in outputs:
        if name not in ours:
            raise Wrong(f"output {name!r} of the file is not one of the C: {sorted(ours)}")


def difference(
    ours: NDArray[Any], theirs: NDArray[Any], tolerance: int, near: float = NEAR
) -> str | None:
    """What is different; integers may differ by `tolerance`."""
    if ours.size == theirs.size == 1:  # ONNX Runtime and ONNX disagree on axes of scalars
        ours, theirs = ours.reshape(1), theirs.reshape(1)
    if ours.shape != theirs.shape:
        return f"shape {ours.shape} for {theirs.shape}"
    if ours.dtype.kind != "f":
        gap = np.abs(ours.astype(np.int64) - theirs.astype(np.int64))
        if gap.size and gap.max() > tolerance:
            at = np.unravel_index(int(gap.argmax()), gap.shape)
            where = tuple(map(int, at))
            return f"{gap.max()} LSB at {where}: {ours[at]} where {theirs[at]} is right"
        return None
    x, y = ours.astype(np.float64), theirs.astype(np.float64)
    finite = np.isfinite(y)
    if (
        not np.array_equal(x[~finite], y[~finite], equal_nan=True)
        or not np.isfinite(x[finite]).all()
    ):
        return "NaN or infinity"
    scale = max(np.abs(y[finite]).max(initial=0), 1e-30)
    gap = np.abs(x[finite] - y[finite])
    floor = FLOOR if near == NEAR else near  # what is normalised is about 1
    return f"{gap.max() / scale:.3g} of the range" if (gap > near * scale + floor).any() else None


# ONNX


class OnnxRuntime:
    """The model cut at every tensor that the C writes; each part is fed with what the C made."""

    def __init__(self, model: onnx.ModelProto, compiled: Compiled) -> None:
        self.compiled = compiled
        self.whole = session(model.SerializeToString())
        self.outputs = [output.name for output in self.whole.get_outputs()]
        graph = onnx.shape_inference.infer_shapes(model).graph
        known = [*graph.input, *graph.value_info, *graph.output]
        types = {value.name: value.type.tensor_type.elem_type for value in known}
        made = {name for node in model.graph.node for name in node.output if name}
        ours = [*(t.name for la in compiled.program.layers for t in la.outputs), *aliases(compiled)]
        self.cut = [n for n in dict.fromkeys(ours) if n in made and n in types]
        self.types = {n: helper.tensor_dtype_to_np_dtype(types[n]) for n in self.cut}
        self.fetched = list(dict.fromkeys([*self.cut, *self.outputs]))
        self.parts = session(self.cut_model(model, types).SerializeToString())
        self.known = {value.name for value in self.parts.get_inputs()}

    def cut_model(self, model: onnx.ModelProto, types: dict[str, int]) -> onnx.ModelProto:
        parts = onnx.ModelProto()
        parts.CopyFrom(model)
        for node in parts.graph.node:
            for i, name in enumerate(node.input):
                if name in self.types:
                    node.input[i] = name + GIVEN
        given = [helper.make_tensor_value_info(n + GIVEN, types[n], None) for n in self.cut]
        parts.graph.input.extend(given)
        del parts.graph.output[:], parts.graph.value_info[:]
        parts.graph.output.extend(onnx.ValueInfoProto(name=name) for name in self.fetched)
        return parts

    def layers(self, inputs: Arrays, ours: Arrays) -> Arrays:
        feed = dict(inputs)
        for name in self.cut:
            array = in_file(ours[name], name, self.compiled)
            feed[name + GIVEN] = np.ascontiguousarray(self.unsigned(array, self.types[name]))
        feed = {name: array for name, array in feed.items() if name in self.known}
        return dict(zip(self.fetched, self.parts.run(self.fetched, feed), strict=True))

    def end(self, inputs: Arrays) -> Arrays:
        known = {value.name for value in self.whole.get_inputs()}
        feed = {name: array for name, array in inputs.items() if name in known}
        return dict(zip(self.outputs, self.whole.run(self.outputs, feed), strict=True))

    def unsigned(self, array: NDArray[Any], dtype: Any) -> NDArray[Any]:
        """uint8 of the file is int8 in the C, 128 less."""
        if dtype == np.uint8 and array.dtype == np.int8:
            return (array.astype(np.int16) + 128).astype(np.uint8)
        return array.astype(dtype)


def check_onnx(
    model: onnx.ModelProto, compiled: Compiled, feeds: Sequence[Arrays], results: Results
) -> None:
    check_shapes(compiled)
    oracle = OnnxRuntime(model, compiled)
    check_names(oracle.outputs, compiled)
    for run, inputs in enumerate(feeds):
        ours = with_aliases(compiled, results.layers[run])
        theirs = oracle.layers(inputs, ours) if oracle.cut else {}
        for name, right in theirs.items():
            array = ours[name] if name in oracle.types else results.outputs[run][name]
            array = oracle.unsigned(in_file(array, name, compiled), right.dtype)
            kernel = kernel_of(name, compiled)
            near = OF_NORMS if "norm" in kernel or "variance" in kernel else NEAR
            if found := difference(array, right, tolerance=1, near=near):
                raise Wrong(f"run {run}, {kernel}, {name!r}: {found}")
        for name, right in oracle.end(inputs).items():
            array = in_file(results.outputs[run][name], name, compiled)
            check_end(name, oracle.unsigned(array, right.dtype), right)


def check_end(name: str, ours: NDArray[Any], theirs: NDArray[Any]) -> None:
    """The whole network: layers within 1 add up, but not to anything."""
    x, y = ours.astype(np.float64), theirs.astype(np.float64)
    if y.size < 8 or not (np.isfinite(x).all() and np.isfinite(y).all()):
        return
    step = 1.0 if theirs.dtype.kind != "f" else 0.1 * np.abs(y).max() + 1e-3
    off = float(np.sqrt(np.mean((x - y) ** 2)) / (y.std() + step))
    if off > FAR:
        raise Wrong(
            f"output {name!r} is off by {off:.2f} of its spread, though every layer is right"
        )


# TFLite


def check_tflite(
    data: bytes, compiled: Compiled, feeds: Sequence[Arrays], results: Results
) -> None:
    check_shapes(compiled)
    graph = tflite.Model.GetRootAsModel(data, 0).Subgraphs(0)
    outputs = [graph.Tensors(int(i)).Name().decode() for i in graph.OutputsAsNumpy()]
    ours = [*(t.name for la in compiled.program.layers for t in la.outputs), *aliases(compiled)]
    named = [name for name in ours if name in compiled.source.shapes]
    theirs = in_a_process(tflite_micro, data, feeds, {*named, *outputs})
    check_names(outputs, compiled)
    for run, right in enumerate(theirs):
        layers = with_aliases(compiled, results.layers[run])
        both = [(name, layers[name]) for name in named] + list(results.outputs[run].items())
        for name, array in both:
            if name not in right:
                continue
            expected = right[name]
            if expected.size == array.size:
                expected = expected.reshape(compiled.source.shapes.get(name, array.shape))
            if found := difference(in_file(array, name, compiled), expected, tolerance=0):
                raise Wrong(f"run {run}, {kernel_of(name, compiled)}, {name!r}: {found}")


def tflite_micro(data: bytes, feeds: Sequence[Arrays], wanted: set[str]) -> list[Arrays]:
    """Tensors by name, one dict a run."""
    from tflite_micro import runtime

    keep = runtime.InterpreterConfig.kPreserveAllTensors
    interpreter = runtime.Interpreter.from_bytes(data, arena_size=4 << 20, intrepreter_config=keep)
    graph = tflite.Model.GetRootAsModel(data, 0).Subgraphs(0)
    names = [graph.Tensors(i).Name().decode() for i in range(graph.TensorsLength())]
    runs = []
    for feed in feeds:
        for position, i in enumerate(graph.InputsAsNumpy()):
            interpreter.set_input(feed[names[int(i)]], position)
        interpreter.invoke()
        tensors = {n: interpreter.GetTensor(i, 0) for i, n in enumerate(names) if n in wanted}
        runs.append({n: np.array(tensor["tensor_data"]) for n, tensor in tensors.items()})
    return runs


def in_a_process(function: Any, *arguments: Any) -> Any:
    """What `function` returns in a child: TFLite Micro ends its process on some models."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # TFLite Micro's words come with the answer
        try:
            answer: Any = (True, function(*arguments))
        except Exception as error:
            answer = (False, f"{type(error).__name__}: {error}")
        with os.fdopen(writer, "wb") as file:
            pickle.dump(answer, file)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        data = file.read()
    os.waitpid(child, 0)
    good, value = pickle.loads(data) if data else (False, "ended its process")
    if not good:
        raise Refused(value)
    return value

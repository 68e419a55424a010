"""LSTM, GRU and RNN: what the compiler takes them for is what ONNX Runtime computes; what is refused."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from onnx import helper
from onnxruntime import quantization

from tests.frontend.onnx_model import (
    assert_compiled_equals,
    drawn,
    imported,
    model,
    one_node,
    run_onnxruntime,
    value,
)
from tests.recurrent import Layer, layers
from tinycompile.errors import UnsupportedOperator
from tinycompile.quantize.model.interpreter import Interpreter
from tinycompile.recurrence import Recurrence

OPERATORS = ["LSTM", "GRU", "RNN"]
SMALL: dict[str, Any] = {"steps": 4, "batch": 1, "inputs": 3, "hidden": 5}


@given(layer=layers())
def test_a_layer_is_what_onnx_runtime_computes(layer: Layer) -> None:
    built = layer.model()
    feeds = {name: drawn("float32", shape, 1) for name, shape in layer.shapes.items()}
    with np.errstate(all="ignore"):
        theirs = run_onnxruntime(built, feeds)
        if not all(np.isfinite(array).all() for array in theirs):
            return  # its softplus overflows
        with tempfile.TemporaryDirectory() as folder:
            interpreter = Interpreter(imported(built, Path(folder)).module)
        ours = interpreter.run({name: array[None] for name, array in feeds.items()})
    for output, expected in zip(built.graph.output, theirs, strict=True):
        (found,) = ours[output.name]
        assert found.shape == expected.shape
        limit = 1e-5 * max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(found, expected, rtol=0, atol=limit)


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_c_of_all_that_a_layer_may_have(operator: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    layer = Layer(operator, 5, 2, 3, 4, {"direction": "bidirectional"}, outputs=("Y", "Y_h", "Y_c"))
    layer.constants = {"h": rng.normal(size=layer.state).astype(np.float32)}
    layer.computed = ("c",) if operator == "LSTM" else ()
    made = assert_compiled_equals(layer.model(), tmp_path)
    assert len(made.program.outputs) == (3 if operator == "LSTM" else 2)


@pytest.mark.parametrize("operator", OPERATORS)
def test_the_code_does_not_grow_with_the_sequence(operator: str, tmp_path: Path) -> None:
    sizes = []
    for steps in (3, 300):
        layer = Layer(operator, **SMALL | {"steps": steps}, outputs=("Y_h",))
        folder = tmp_path / str(steps)
        folder.mkdir()
        made = assert_compiled_equals(layer.model(), folder)
        (only,) = made.program.layers
        sizes.append((only.constant_bytes, only.call.scratch))
    assert sizes[0] == sizes[1]


def test_layers_on_top_of_each_other(tmp_path: Path) -> None:
    first, second = Layer("LSTM", **SMALL), Layer("GRU", **SMALL | {"inputs": 5})
    nodes = [
        helper.make_node("LSTM", ["x", "W1", "R1"], ["y", "unused", ""], "one", hidden_size=5),
        helper.make_node("Squeeze", ["y", "axis"], ["between"]),
        helper.make_node("GRU", ["between", "W2", "R2"], ["", "last"], "two", hidden_size=5),
    ]
    constants = {
        f"{name}{i}": array
        for i, layer in ((1, first), (2, second))
        for name, array in layer.weights().items()
    }
    built = model(
        nodes, [value("x", (4, 1, 3))], [value("last", None)],
        constants | {"axis": np.array([1])}, opset=14,
    )  # fmt: skip
    made = assert_compiled_equals(built, tmp_path)
    assert [layer.kernel.symbol for layer in made.program.layers] == ["tc_lstm_f32", "tc_gru_f32"]


def test_batches_first(tmp_path: Path) -> None:
    """ONNX Runtime has not got it: the same with the axes exchanged around a layer without it."""
    for operator in OPERATORS:
        outputs = ("Y", "Y_h")
        first = Layer(
            operator, 4, 3, 2, 5, {"layout": 1, "direction": "bidirectional"}, outputs=outputs
        )
        other = Layer(operator, 4, 3, 2, 5, {"direction": "bidirectional"}, outputs=outputs)
        x = drawn("float32", first.shapes["x"], 1)
        y, last = run_onnxruntime(other.model(), {"x": x.transpose(1, 0, 2)})
        module = imported(first.model(), tmp_path).module
        found = Interpreter(module).run({"x": x[None]})
        np.testing.assert_allclose(found["Y"][0], y.transpose(2, 0, 1, 3), atol=1e-5)
        np.testing.assert_allclose(found["Y_h"][0], last.transpose(1, 0, 2), atol=1e-5)


def test_a_state_of_zeros_is_none(tmp_path: Path) -> None:
    layer = Layer("LSTM", **SMALL)
    layer.constants = {"h": np.zeros(layer.state, np.float32)}
    (binding,) = imported(layer.model(), tmp_path).module["main"].body.blocks[0].bindings
    assert Recurrence.of(binding.value).states == ()


def written(model: onnx.ModelProto, path: Path) -> Path:
    onnx.save(model, path)
    return path


@pytest.mark.parametrize("per_channel", [False, True])
def test_what_onnx_runtime_quantises_dynamically(per_channel: bool, tmp_path: Path) -> None:
    """Its activations are int8, ours are reals: close to both that and the model as it was."""
    layer = Layer("LSTM", 4, 1, 8, 16, {"direction": "bidirectional"}, outputs=("Y", "Y_c"))
    before, after = written(layer.model(), tmp_path / "float.onnx"), tmp_path / "dynamic.onnx"
    quantization.quantize_dynamic(before, after, per_channel=per_channel)
    built = onnx.load(after)
    assert "DynamicQuantizeLSTM" in {node.op_type for node in built.graph.node}
    made = assert_compiled_equals(built, tmp_path, tolerance=0.03)
    assert [layer.kernel.symbol for layer in made.program.layers] == ["tc_lstm_f32"]


class Samples(quantization.CalibrationDataReader):
    def __init__(self) -> None:
        self.feeds = iter([{"x": drawn("float32", (4, 1, 8), seed)} for seed in range(30)])

    def get_next(self) -> Any:
        return next(self.feeds, None)


@pytest.mark.parametrize("operator", OPERATORS)
def test_what_onnx_runtime_quantises_around_a_layer(operator: str, tmp_path: Path) -> None:
    """It leaves the layer itself in float."""
    layer = Layer(operator, 4, 1, 6, 16, outputs=("Y",))
    rng, (node,) = np.random.default_rng(2), layer.model().graph.node
    node.input[0] = "before"
    nodes = [
        helper.make_node("MatMul", ["x", "A"], ["before"]),
        node,
        helper.make_node("MatMul", ["Y", "C"], ["after"]),
    ]
    shapes = {"A": (8, 6), "C": (16, 5)}
    matrices = {n: rng.normal(size=shape).astype(np.float32) for n, shape in shapes.items()}
    built = model(
        nodes, [value("x", (4, 1, 8))], [value("after", None)], layer.weights() | matrices, 14
    )
    before, after = written(built, tmp_path / "float.onnx"), tmp_path / "static.onnx"
    quantization.quantize_static(
        before, after, Samples(), activation_type=quantization.QuantType.QInt8
    )
    made = assert_compiled_equals(onnx.load(after), tmp_path, tolerance=0.02)
    assert f"tc_{operator.lower()}_f32" in [layer.kernel.symbol for layer in made.program.layers]


WRONG = {
    "an unknown function": ({"attributes": {"activations": ["Sine"]}}, "activation 'sine'; supported"),
    "a function too few": (
        {"attributes": {"direction": "bidirectional", "activations": ["Tanh"]}},
        "1 activations; it needs 2",
    ),
    "a length of nothing": (
        {"constants": {"lengths": np.array([0], np.int32)}}, "have lengths (0,); allowed: 1 to 4",
    ),
    "a bias of another size": (
        {"constants": {"B": np.zeros((1, 7), np.float32)}}, "its bias has shape (1, 7); it needs 10",
    ),
    "weights of another size": (
        {"constants": {"W": np.zeros((1, 5, 4), np.float32)}},
        "input weights have shape (1, 5, 4) instead of (1, 5, 3)",
    ),
}  # fmt: skip


def test_computed_weights_are_refused(tmp_path: Path) -> None:
    built = one_node("RNN", [(4, 1, 3), (1, 5, 3), (1, 5, 5)], hidden_size=5)
    with pytest.raises(UnsupportedOperator, match="its matrix W is computed at run time"):
        imported(built, tmp_path)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused_in_a_line(name: str, tmp_path: Path) -> None:
    changes, words = WRONG[name]
    layer = Layer("RNN", **SMALL, **changes)
    with pytest.raises(UnsupportedOperator) as refused:
        imported(layer.model(), tmp_path)
    assert words in str(refused.value), str(refused.value)

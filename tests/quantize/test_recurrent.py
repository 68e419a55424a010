"""Recurrent layers under --quantize: integers inside where there is a kernel, else float, or as asked."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper

from tests.frontend.onnx_model import model, value
from tests.recurrent import Layer
from tinycompile.pipeline import Compiled, compile
from tinycompile.quantize.model.interpreter import Interpreter
from tinycompile.quantize.model.recurrent_layers import cell_exponent
from tinycompile.simulate.harness import run_on_host

STEPS, INPUTS, HIDDEN, CLASSES = 9, 6, 12, 4


def network(layer: Layer, output: str) -> onnx.ModelProto:
    """A classifier of what `layer` makes of a sequence."""
    rng, built = np.random.default_rng(1), layer.model()
    count = layer.directions * HIDDEN * (STEPS if output == "Y" else 1)
    constants = layer.weights() | layer.constants | {
        "shape": np.array([1, count]),
        "G": rng.normal(size=(count, CLASSES)).astype(np.float32) * np.float32(0.3),
    }  # fmt: skip
    nodes = [
        *built.graph.node,
        helper.make_node("Reshape", [output, "shape"], ["flat"]),
        helper.make_node("MatMul", ["flat", "G"], ["scores"]),
    ]
    outputs = [value("scores", (1, CLASSES))]
    outputs += [value(name, None) for name in layer.outputs if name != output]
    return model(nodes, [value("x", (STEPS, 1, INPUTS))], outputs, constants, opset=14)


def quantized(
    folder: Path, operator: str, output: str, outputs: tuple[str, ...] = (), **options: Any
) -> Compiled:
    more = options.pop("attributes", {})
    layer = Layer(operator, STEPS, 1, INPUTS, HIDDEN, more, outputs=(output, *outputs), seed=5)
    path, samples = folder / "model.onnx", folder / "samples.npy"
    onnx.save(network(layer, output), path)
    rng = np.random.default_rng(2)
    np.save(samples, rng.normal(size=(80, STEPS, 1, INPUTS)).astype(np.float32))
    return compile(path, target="host", kernels="portable", quantize=samples, **options)


def kernels(made: Compiled) -> list[str]:
    return [layer.kernel.symbol for layer in made.program.layers]


@pytest.mark.parametrize("direction", ["forward", "bidirectional"])
@pytest.mark.parametrize("output", ["Y", "Y_h"])
@pytest.mark.parametrize(
    ("operator", "more"), [("LSTM", {}), ("GRU", {}), ("GRU", {"linear_before_reset": 1})]
)
def test_a_layer_computes_in_integers(
    operator: str, more: dict[str, int], output: str, direction: str, tmp_path: Path
) -> None:
    made = quantized(tmp_path, operator, output, attributes=more | {"direction": direction})
    apart = operator == "LSTM" and direction == "bidirectional"  # then they are put together
    layers = ["tc_lstm_s8", "tc_lstm_s8", "tc_concat"] if apart else [f"tc_{operator.lower()}_s8"]
    assert kernels(made) == [*layers, "tc_fully_connected_s8"]
    assert made.quantized is not None
    assert made.report["quantization"]["outputs"]["scores"] > 25
    feeds = np.random.default_rng(3).integers(-128, 128, (4, STEPS, 1, INPUTS)).astype(np.int8)
    found = run_on_host(made, [{"x": x} for x in feeds], tmp_path, sanitize=True)
    x = made.program.inputs[0].quantization
    assert x is not None
    reals = (feeds.astype(np.float32) - x.zero_point) * np.float32(x.scale)
    values = Interpreter(made.quantized.module).run({"x": reals})
    for ours, theirs in zip(found, values["scores"], strict=True):
        difference = ours["scores"].astype(np.int32) - theirs.astype(np.int32)
        assert np.abs(difference).max() <= 1  # of the last layer, which sums in float there


def test_an_rnn_and_what_gives_its_cells_away_compute_in_float(tmp_path: Path) -> None:
    for operator, outputs, more in (
        ("RNN", (), {}), ("LSTM", ("Y_c",), {}), ("LSTM", (), {"clip": 1.0}),
    ):  # fmt: skip
        made = quantized(tmp_path, operator, "Y_h", outputs, attributes=more)
        assert f"tc_{operator.lower()}_f32" in kernels(made)
        assert kernels(made)[-1] == "tc_fully_connected_s8"


def test_a_layer_gets_float_where_int8_is_not_enough(tmp_path: Path) -> None:
    made = quantized(tmp_path, "LSTM", "Y_h", max_drop=0.4)
    assert "tc_lstm_f32" in kernels(made)
    (choice,) = (c for c in made.report["quantization"]["more_precise"] if "LSTM" in c["source"])
    weights = 4 * HIDDEN * (INPUTS + HIDDEN)
    assert (choice["kind"], choice["bytes_after"]) == ("floats", 4 * weights + 4 * 4 * HIDDEN)


def test_the_scale_of_cells_holds_what_they_were() -> None:
    assert [cell_exponent(largest) for largest in (0.0, 0.7, 0.9, 5.0, 1e9)] == [
        -15,
        -15,
        -14,
        -12,
        -9,
    ]

"""--weights f16: half the flash for weights that half precision holds exactly, and the same numbers."""

from pathlib import Path

import numpy as np
import onnx

from tests.frontend.onnx_model import model, value
from tests.generated.networks import node, normal
from tinycompile.pipeline import compile
from tinycompile.simulate.random_inputs import random_inputs
from tinycompile.simulate.verify import verify


def saved(path: Path, *, exact: bool) -> Path:
    """A convolution, an activation and a matrix, of weights that are halves, or not."""
    weights = {"w": normal(8, 3, 3, 3), "m": normal(8 * 6 * 6, 5)}
    if exact:
        weights = {name: w.astype(np.float16).astype(np.float32) for name, w in weights.items()}
    nodes = [
        node("Conv", ["x", "w"], ["c"], "conv", pads=[1, 1, 1, 1]),
        node("Relu", ["c"], ["r"], "relu"),
        node("Flatten", ["r"], ["f"], "flat"),
        node("MatMul", ["f", "m"], ["y"], "scores"),
    ]
    made = model(nodes, [value("x", (1, 3, 6, 6))], [value("y", (1, 5))], weights)
    onnx.save(made, path)
    return path


def test_weights_take_half_the_flash(tmp_path: Path) -> None:
    path = saved(tmp_path / "net.onnx", exact=True)
    whole = compile(path, target="host")
    half = compile(path, target="host", weights="f16")
    assert half.program.constant_bytes < 0.55 * whole.program.constant_bytes
    assert not any("f16" in note for note in half.report["notes"])
    verify(half, random_inputs(half, 3))


def test_weights_that_are_no_halves_stay_and_a_note_says_so(tmp_path: Path) -> None:
    path = saved(tmp_path / "net.onnx", exact=False)
    compiled = compile(path, target="host", weights="f16")
    assert any("--weights f16" in note for note in compiled.report["notes"])
    assert "uint16_t" not in compiled.files["net_generated.c"]

"""Relax in numpy, many samples at once, equals ONNX Runtime sample by sample; parts run again."""

from pathlib import Path

import numpy as np
import pytest

from tests.quantize.models import Graph, images, run_onnx, small_network
from tinycompile import frontend, phases
from tinycompile.quantize.model import graph, network
from tinycompile.quantize.model import interpreter as interpreter_module
from tinycompile.quantize.model.interpreter import Interpreter
from tinycompile.quantize.quantizer import in_layout


def interpreter(path: Path) -> tuple[Interpreter, object]:
    source = frontend.load(path, shapes={})
    steps = phases.passes({})
    names = [step.info.name for step in steps]
    canonical = steps[: names.index("AdoptNhwcOutputs") + 1]
    module = phases.transform(source.module, canonical)
    return Interpreter(module), module


def test_a_network_equals_onnx_runtime(tmp_path: Path) -> None:
    path, x = small_network(tmp_path / "small.onnx"), images(5, 2, 8, 8)
    ours, module = interpreter(path)
    found = ours.run(in_layout(module, {"x": x[:, None]}))  # type: ignore[arg-type]
    (expected,) = run_onnx(path, x)
    np.testing.assert_allclose(found["scores"].reshape(expected.shape), expected, atol=1e-6)


WINDOWS = {
    "grouped": ("Conv", (4, 2, 3, 3), {"group": 2, "strides": [2, 2], "pads": [1, 0, 2, 1]}),
    "dilated": ("Conv", (3, 4, 3, 2), {"dilations": [2, 1]}),
    "transposed": ("ConvTranspose", (4, 3, 3, 3), {"strides": [2, 2]}),
    "max": ("MaxPool", None, {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 0, 1, 1]}),
    "mean": ("AveragePool", None, {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
    "ceil": ("MaxPool", None, {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}),
}


@pytest.mark.parametrize("case", WINDOWS)
def test_windows_equal_onnx_runtime(case: str, tmp_path: Path) -> None:
    op, shape, attributes = WINDOWS[case]
    g = Graph()
    inputs = ["x"] if shape is None else ["x", g.weight("w", g.rng.normal(size=shape))]
    g.node(op, inputs, "y", **attributes)
    path = tmp_path / "window.onnx"
    x = images(3, 4, 7, 9)
    g.save(path, {"x": (1, 4, 7, 9)}, {"y": ("N", "C", "H", "W")})  # type: ignore[dict-item]
    ours, module = interpreter(path)
    (found,) = (ours.run(in_layout(module, {"x": x[:, None]}))[n] for n in ours.outputs)  # type: ignore[arg-type]
    (expected,) = run_onnx(path, x)
    found = found[:, 0]
    if "y" in dict(module["main"].attrs.get("tc.layouts", {})):  # type: ignore[index]
        found = np.moveaxis(found, -1, 1)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_only_what_depends_on_a_change_runs_again(tmp_path: Path) -> None:
    ours, module = interpreter(small_network(tmp_path / "small.onnx"))
    values = ours.run(in_layout(module, {"x": images(4, 1, 2, 8, 8)}))  # type: ignore[arg-type]
    changed = ours.rerun(values, {"relu6": 0 * values["relu6"]}, lambda name, value: value)
    assert "relu" not in changed and "scores" in changed
    again = ours.run(
        in_layout(module, {"x": images(4, 1, 2, 8, 8)}),  # type: ignore[arg-type]
        lambda name, value: 0 * value if name == "relu6" else value,
    )
    np.testing.assert_array_equal(changed["scores"], again["scores"])


def test_samples_in_turn_are_the_same_as_at_once(tmp_path: Path) -> None:
    ours, module = interpreter(small_network(tmp_path / "small.onnx"))
    feeds = in_layout(module, {"x": images(7, 1, 2, 8, 8)})  # type: ignore[arg-type]
    whole = ours.run(feeds, keep=["scores"])
    ours.largest = interpreter_module.AT_ONCE // 2
    in_turn = ours.run_in_turn(feeds, ["scores"])
    assert whole.keys() == in_turn.keys() and ours.at_once(7) == 2
    np.testing.assert_allclose(in_turn["scores"], whole["scores"], atol=1e-6)


def test_a_rerun_needs_only_what_is_in_memory(tmp_path: Path) -> None:
    ours, module = interpreter(small_network(tmp_path / "small.onnx"))
    everything = ours.run(in_layout(module, {"x": images(4, 1, 2, 8, 8)}))  # type: ignore[arg-type]
    stored = {name: everything[name] for name in graph.read(module).in_memory}
    assert len(stored) < len(everything)
    changed = {"relu": 2 * everything["relu"]}
    of_all = ours.rerun(everything, changed, lambda name, value: value)
    of_stored = ours.rerun(stored, changed, lambda name, value: value)
    assert of_stored.keys() == of_all.keys() & stored.keys()
    np.testing.assert_array_equal(of_stored["scores"], of_all["scores"])


def test_a_huge_network_runs_on_few_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, module = interpreter(small_network(tmp_path / "small.onnx"))
    feeds = in_layout(module, {"x": images(90, 1, 2, 8, 8)})  # type: ignore[arg-type]
    few = network.Network(module, feeds).elements * 6
    monkeypatch.setattr(network, "JUDGED", few)
    assert len(network.Network(module, feeds).judged["x"]) == network.FEWEST
    monkeypatch.setattr(network, "LARGEST", few)
    huge = network.Network(module, feeds)
    assert len(huge.judged["x"]) == len(huge.some(64)["x"]) == 6

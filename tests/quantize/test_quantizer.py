"""A float model through the compiler: int8 in the C, close to float, tensors named, notes and errors."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import tinycompile
from tests.quantize.models import Graph, images, run_onnx, small_network
from tinycompile.errors import InvalidCalibration
from tinycompile.pipeline import Compiled
from tinycompile.quantize import words
from tinycompile.quantize.model.measures import snr
from tinycompile.simulate import accuracy, verify

SHAPE = (2, 8, 8)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_network(tmp_path_factory.mktemp("models") / "small.onnx")


@pytest.fixture(scope="module")
def compiled(model: Path) -> Compiled:
    result = tinycompile.compile(model, quantize=images(64, *SHAPE), target="host")
    accuracy.measure(result)
    return result


def test_everything_is_int8_and_keeps_its_name(compiled: Compiled) -> None:
    program = compiled.program
    assert {t.dtype for t in program.tensors.values()} == {"int8"}
    assert [t.name for t in program.inputs] == ["x"]
    assert [t.name for t in program.outputs] == ["scores"]
    named = {layer.output.name for layer in program.layers}
    assert {"relu", "relu6", "sum_relu", "joined", "gate", "fc", "scores"} <= named
    assert "bn" not in program.tensors, "batch normalisation is folded"


def test_the_compiled_c_is_close_to_float(model: Path, compiled: Compiled) -> None:
    new = images(40, *SHAPE, seed=1)
    (wanted,) = run_onnx(model, new)
    found = accuracy.run(compiled, {"x": new.transpose(0, 2, 3, 1)[:, None]})["scores"]
    assert np.ptp(wanted, axis=0).min() > 0.01, "outputs that do not move prove nothing"
    assert snr(wanted, found.reshape(wanted.shape)) > 25


def test_the_report_is_of_what_runs(compiled: Compiled) -> None:
    report = json.loads(compiled.files["small.json"])["quantization"]
    assert abs(report["outputs"]["scores"] - report["compiled_c"]["outputs"]["scores"]) < 3
    rows = {row["name"]: row for row in report["tensors"]}
    assert rows["relu6"]["low"] == 0 and rows["relu6"]["high"] <= 6.1
    assert rows["scores"]["range"] == "fixed"
    assert all(row["snr_db"] > 15 for row in rows.values())
    assert words.lines(report)[0].startswith("Outputs are ")


def test_the_figures_of_the_words_are_those_of_the_files(model: Path, compiled: Compiled) -> None:
    report = json.loads(compiled.files["small.json"])
    found, weights = report["quantization"], onnx.load(model).graph.initializer
    before = sum(numpy_helper.to_array(weight).nbytes for weight in weights)
    assert found["float_constant_bytes"] == pytest.approx(before, rel=0.2)  # batch norm is folded
    x = np.concatenate([feed for feed in compiled.quantized.feeds.values()])  # type: ignore[union-attr]
    made = accuracy.run(compiled, {"x": x})["scores"].reshape(len(x), -1).argmax(1)
    wanted = compiled.quantized.outputs["scores"].reshape(len(x), -1).argmax(1)  # type: ignore[union-attr]
    assert found["same_class"]["compiled_c"] == np.sum(made == wanted)
    assert words.headline(report).startswith("int8: the class of float for ")


def test_concat_shares_its_range_with_operands_that_nothing_else_reads(compiled: Compiled) -> None:
    tensors = compiled.program.tensors
    assert tensors["wide"].quantization == tensors["joined"].quantization
    assert not any(layer.kernel.symbol == "tc_table_s8" and layer.output.name != "gate"
                   for layer in compiled.program.layers), "nothing is requantised"  # fmt: skip


def test_the_same_calibration_gives_the_same_bytes(model: Path, compiled: Compiled) -> None:
    again = tinycompile.compile(model, quantize=images(64, *SHAPE), target="host")
    sources = [name for name in again.files if name.endswith((".c", ".h"))]
    assert all(again.files[name] == compiled.files[name] for name in sources)


def test_labels_give_top1_in_float_int8_and_c(model: Path) -> None:
    x = images(40, *SHAPE)
    (scores,) = run_onnx(model, x)
    labels = scores.argmax(1)
    compiled = tinycompile.compile(model, quantize={"x": x, "labels": labels}, target="host")
    accuracy.measure(compiled)
    assert compiled.quantized is not None
    top = compiled.quantized.report["top1"]
    assert top["float"] == 100 and top["int8"] >= 90 and top["compiled_c"] >= 90


def test_labels_that_do_not_match_are_noted_or_refused(model: Path) -> None:
    x = images(40, *SHAPE)
    (scores,) = run_onnx(model, x)
    wrong = {"x": x, "labels": (scores.argmax(1) + 1) % 5}
    compiled = tinycompile.compile(model, quantize=wrong, target="host")
    assert any("labels or preprocessing do not fit" in note for note in compiled.report["notes"])
    with pytest.raises(InvalidCalibration, match="has 5 classes, 0 to 4"):
        tinycompile.compile(model, quantize=wrong | {"labels": np.full(40, 5)}, target="host")


def test_every_layer_of_the_c_is_that_of_the_quantised_module(compiled: Compiled) -> None:
    done = verify.verify(compiled, verify.random_inputs(compiled, runs=10))
    assert done.tensors >= 0.8 * done.total and done.largest_difference <= 1


def test_max_drop_stops_at_the_first_method_that_is_good_enough(model: Path) -> None:
    compiled = tinycompile.compile(model, quantize=images(64, *SHAPE), target="host", max_drop=50)
    assert compiled.quantized is not None
    assert len(compiled.quantized.report["steps"]) == 1


def test_a_tensor_that_is_constant_is_quantised_all_the_same(tmp_path: Path) -> None:
    g = Graph()
    x = g.node("Mul", [g.conv("x", "conv", (4, 2, 1, 1)), g.weight("none", 0.0)], "dead")
    g.node("Relu", [x], "y")
    path = g.save(tmp_path / "dead.onnx", {"x": (1, *SHAPE)}, {"y": (1, 4, 8, 8)})
    compiled = tinycompile.compile(path, quantize=images(20, *SHAPE), target="host")
    assert any("'y' is 0 on all" in note for note in compiled.report["notes"])
    assert not accuracy.run(compiled, compiled.quantized.feeds)["y"].any()  # type: ignore[union-attr]


def test_a_model_that_is_quantised_already_is_refused() -> None:
    digits = Path(__file__).parents[2] / "examples" / "digits" / "digits_int8.onnx"
    with pytest.raises(
        InvalidCalibration, match="quantised already; compile it without --quantize"
    ):
        tinycompile.compile(digits, quantize=images(20, 3, 4, 4))  # of a wrong shape, too


def test_a_float_model_without_calibration_data_runs_in_float_and_says_so(model: Path) -> None:
    compiled = tinycompile.compile(model, target="host")
    assert any("5 layers compute in float32 (100%" in n for n in compiled.report["notes"])
    assert {layer.output.dtype for layer in compiled.program.layers} == {"float32"}
    done = verify.verify(compiled, verify.random_inputs(compiled, runs=6))
    assert (done.largest_difference, done.floats) == (0, done.tensors) and not done.constant
    assert "Verified floats as closely as they can be computed" in str(done)

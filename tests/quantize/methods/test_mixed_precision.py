"""Where int8 is not enough: 16-bit activations, then float; what is said of it is what the C does."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinycompile
from tests.quantize.models import Graph, images, run_onnx, small_network
from tinycompile.errors import AccuracyLost
from tinycompile.pipeline import Compiled
from tinycompile.quantize.model.measures import typical_error
from tinycompile.simulate import accuracy, verify

SHAPE = (2, 8, 8)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_network(tmp_path_factory.mktemp("models") / "small.onnx")


def compiled(model: Path, max_drop: float) -> Compiled:
    result = tinycompile.compile(
        model, quantize=images(64, *SHAPE), target="host", max_drop=max_drop
    )
    accuracy.measure(result)
    return result


def report(result: Compiled) -> dict[str, Any]:
    assert result.quantized is not None
    return result.quantized.report


def types(result: Compiled) -> set[str]:
    return {layer.output.dtype for layer in result.program.layers}


def lost_in_c(result: Compiled) -> float:
    """Percent of error at the output of the compiled C, on the samples; before the softmax `fc`."""
    assert result.quantized is not None
    real = result.quantized.outputs["scores"]
    found = accuracy.run(result, result.quantized.feeds)["scores"].reshape(real.shape)
    logits = [np.log(np.maximum(scores, 1e-6)) for scores in (real, found)]
    centred = [x - x.mean(-1, keepdims=True) for x in logits]
    return 100 * float(np.sqrt(typical_error(*centred)))


def test_16_bits_keep_a_bound_that_int8_does_not(model: Path) -> None:
    int8 = compiled(model, 1.0)
    wide = compiled(model, 0.2)
    assert types(int8) == {"int8"} and types(wide) == {"int8", "int16"}
    steps = report(wide)["steps"]
    assert any(step.startswith("16-bit activations for all") for step in steps)
    (fc,) = [step for step in steps if step.startswith('16-bit activations for Gemm "fc"')]
    assert "grows from 5 to 10 bytes" in fc and "% at the output" in fc
    assert [c["tensor"] for c in report(wide)["more_precise"] if c["kind"] == "wide"] == ["fc"]
    rows = {row["name"]: row["dtype"] for row in report(wide)["tensors"]}
    assert rows["fc"] == "int16" and rows["mean"] == "int8", "taken back: the bound needs it not"


def test_only_float_keeps_a_bound_that_8_bit_weights_break(model: Path) -> None:
    result = compiled(model, 0.12)
    assert "float32" in types(result)
    steps = report(result)["steps"]
    assert any("16-bit" in step and step.endswith("not enough") for step in steps)
    chosen = [c["tensor"] for c in report(result)["more_precise"] if c["kind"] == "floats"]
    assert chosen and len(chosen) < 5, "some layers, not all"
    kernels = [layer.kernel.symbol for layer in result.program.layers]
    in_float = kernels.count("tc_conv2d_f32") + kernels.count("tc_fully_connected_f32")
    assert in_float == len(chosen)


@pytest.mark.parametrize("max_drop", [0.2, 0.12])
def test_the_c_computes_what_the_report_says(model: Path, max_drop: float) -> None:
    result = compiled(model, max_drop)
    found = report(result)
    assert abs(found["outputs"]["scores"] - found["compiled_c"]["outputs"]["scores"]) < 1
    done = verify.verify(result, verify.random_inputs(result, runs=10))
    assert done.largest_difference <= 8 and done.tensors >= 0.8 * done.total
    assert not done.constant


def test_in_float_alone_nothing_is_lost(model: Path) -> None:
    result = compiled(model, 1e-4)
    assert types(result) == {"float32"}
    assert lost_in_c(result) < 1e-3
    new = images(20, *SHAPE, seed=1)
    found = accuracy.run(result, {"x": new.transpose(0, 2, 3, 1)[:, None]})["scores"]
    (wanted,) = run_onnx(model, new)
    np.testing.assert_allclose(found.reshape(wanted.shape), wanted, atol=1e-5)


def test_a_bound_that_makes_most_of_it_float_is_told_as_it_was_understood(model: Path) -> None:
    def understood(max_drop: float) -> list[str]:
        return [n for n in compiled(model, max_drop).report["notes"] if "was understood" in n]

    assert understood(1.0) == understood(0.2) == []
    (note,) = understood(1e-4)
    assert note.startswith(
        "WARNING: --max-drop 0.0001 was understood as 0.0001 % at the output (root mean square): for that "
    )
    assert note.endswith(" layers compute in float; if 0.01 % was meant, say --max-drop 0.01")


def test_a_tighter_bound_loses_less_in_the_c(model: Path) -> None:
    losses = [lost_in_c(compiled(model, max_drop)) for max_drop in (1.0, 0.2, 0.12, 1e-4)]
    assert losses[0] > losses[2] > losses[3]


def test_a_bound_that_nothing_keeps_is_an_error(tmp_path: Path) -> None:
    """There is no transposed convolution in float: its 8-bit weights stay."""
    g = Graph()
    inputs = ["x", g.weight("w", g.rng.normal(size=(2, 3, 2, 2)))]
    g.node("ConvTranspose", inputs, "y", strides=[2, 2])
    path = g.save(tmp_path / "up.onnx", {"x": (1, *SHAPE)}, {"y": (1, 3, 16, 16)})
    with pytest.raises(AccuracyLost, match="--max-drop allows 0.01 % at the output") as found:
        tinycompile.compile(path, quantize=images(32, *SHAPE), target="host", max_drop=0.01)
    assert "neither 16-bit activations nor float" in str(found.value)
    assert "\n" not in str(found.value)
    kept = tinycompile.compile(path, quantize=images(32, *SHAPE), target="host", max_drop=0.5)
    assert types(kept) == {"int16"}


@pytest.mark.parametrize("max_drop", [None, 0.12])
def test_float_and_mixed_networks_run_on_a_simulated_core(
    model: Path, max_drop: float | None
) -> None:
    given = None if max_drop is None else images(64, *SHAPE)
    result = tinycompile.compile(model, quantize=given, target="cortex-m4", max_drop=max_drop)
    assert "float32" in types(result)
    said = verify.run_on_target(result, verify.random_inputs(result, runs=3))
    assert "3 inputs, 15 output elements as on the host" in said

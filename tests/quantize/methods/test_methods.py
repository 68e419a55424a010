"""Ranges, rounding, equalisation, noise in weights: each does what it is for."""

from pathlib import Path

import numpy as np
import pytest

import tinycompile
from tests.quantize.models import Graph, images, run_onnx
from tinycompile import frontend, phases
from tinycompile.passes.quantize.give_bias import GiveBias
from tinycompile.quantization import fake_quantize
from tinycompile.quantize.methods.equalize_channels import equalized, pairs
from tinycompile.quantize.methods.ranges import MIN_MAX, candidates
from tinycompile.quantize.methods.round_weights import least_squares, moments
from tinycompile.quantize.model import weights
from tinycompile.quantize.model.measures import snr, top1
from tinycompile.quantize.model.network import Network
from tinycompile.quantize.model.statistics import Statistics
from tinycompile.quantize.quantizer import in_layout
from tinycompile.simulate import accuracy

RNG = np.random.default_rng(0)
EXAMPLES = Path(__file__).parents[3] / "examples" / "quantise"


def statistics(values: np.ndarray) -> Statistics:
    return Statistics(float(values.min()), float(values.max()), values, np.abs(values)[None])


def test_an_outlier_makes_every_other_method_narrower() -> None:
    values = np.append(RNG.normal(size=20_000), 500).astype(np.float32)
    found = candidates(statistics(values))
    plain = found.pop(MIN_MAX).scale
    assert {"percentile 99.9", "entropy"} <= found.keys()
    assert all(params.scale < plain for params in found.values())
    best = fake_quantize(values[:-1], found["percentile 99.9"])
    assert snr(values[:-1], best) > 35


def test_mse_is_the_least_of_the_squared_errors() -> None:
    values = RNG.laplace(size=20_000).astype(np.float32)
    errors = {
        method: np.square(fake_quantize(values, params) - values).mean()
        for method, params in candidates(statistics(values)).items()
    }
    assert errors.get("mse", errors[MIN_MAX]) <= 1.02 * min(errors.values())


def test_weights_rounded_for_their_inputs_beat_the_nearest() -> None:
    inputs = RNG.normal(size=(2000, 4)) @ RNG.normal(size=(4, 32)) + 0.1 * RNG.normal(
        size=(2000, 32)
    )
    real = RNG.normal(size=(6, 32)).astype(np.float32)
    scales = weights.scales(real, None, 1.0) * 8  # coarse: what rounding does shows
    ours = least_squares(real, scales, moments(inputs.astype(np.float32)))
    nearest = weights.nearest(real, scales).integers
    errors = [np.square(inputs @ (w * scales[:, None] - real).T).mean() for w in (ours, nearest)]
    assert errors[0] < 0.5 * errors[1]


def test_noise_around_zero_is_flushed_before_scales() -> None:
    real = np.array([[1.0, -0.5], [3e-14, -9e-13]], np.float32)
    flushed = weights.flushed(real)
    assert flushed.tolist() == [[1.0, -0.5], [0.0, 0.0]]
    quantized = weights.nearest(flushed, weights.scales(flushed, None, 1.0))
    assert quantized.integers.tolist() == [[127, -64], [0, 0]]
    assert quantized.scales[1] == quantized.scales[0]


def test_a_bias_far_larger_than_its_weights_still_fits_int32() -> None:
    real, bias = np.array([[1e-6], [1.0]], np.float32), np.array([50.0, 1.0], np.float32)
    quantized = weights.nearest(real, weights.scales(real, bias, 1e-4))
    integers = weights.quantize_bias(bias, weights.bias_scale(1e-4, quantized))
    np.testing.assert_allclose(integers * weights.bias_scale(1e-4, quantized), bias, rtol=1e-6)
    assert np.abs(integers.astype(np.int64)).max() <= 2**30


def spread_network(path: Path, activation: str, reader: str) -> Path:
    """Two layers, the channels between them of ranges from 0.001 to about 5, which the second evens out."""
    g = Graph()
    spread = np.geomspace(1e-3, 1, 8).reshape(8, 1, 1, 1)
    first = g.weight("w1", g.rng.normal(size=(8, 2, 1, 1)) * spread)
    bounds = [g.weight("zero", 0), g.weight("six", 6)] if activation == "Clip" else []
    x = g.node(activation, [g.node("Conv", ["x", first], "conv"), *bounds], "act")
    transposed = reader == "ConvTranspose"
    second = g.rng.normal(size=(8, 4, 1, 1) if transposed else (4, 8, 1, 1))
    second /= spread if transposed else spread.reshape(1, 8, 1, 1)
    g.node(reader, [x, g.weight("w2", second)], "y")
    return g.save(path, {"x": (1, 2, 8, 8)}, {"y": (1, 4, 8, 8)})


@pytest.mark.parametrize("activation", ["Relu", "Clip"])
@pytest.mark.parametrize("reader", ["Conv", "ConvTranspose"])
def test_channels_of_very_different_range_are_equalised(
    tmp_path: Path, activation: str, reader: str
) -> None:
    path = spread_network(tmp_path / "spread.onnx", activation, reader)
    compiled = tinycompile.compile(path, quantize=images(64, 2, 8, 8), target="host")
    assert compiled.quantized is not None
    steps = compiled.quantized.report["steps"]
    assert any("equalised" in step and step.endswith("taken") for step in steps)
    plain = float(steps[0].split(": ")[1].split(" dB")[0])
    assert compiled.quantized.report["outputs"]["y"] > plain + 10
    new = images(32, 2, 8, 8, seed=1)
    (wanted,) = run_onnx(path, new)
    found = accuracy.run(compiled, {"x": new.transpose(0, 2, 3, 1)[:, None]})["y"]
    assert snr(wanted.transpose(0, 2, 3, 1), found.reshape(32, 8, 8, 4)) > plain + 10


def test_no_sample_reaches_a_bound_that_equalising_leaves_where_it_is(tmp_path: Path) -> None:
    """Channels that ReLU6 does bound keep it at 6; the others are scaled up to it at most."""
    g = Graph()
    strengths = np.array([20, 1, 0.01]).reshape(3, 1, 1, 1)
    first = g.weight("w1", np.abs(g.rng.normal(size=(3, 2, 1, 1))) * strengths)
    bounds = [g.weight("zero", 0), g.weight("six", 6)]
    x = g.node("Clip", [g.node("Conv", ["x", first], "conv"), *bounds], "act")
    g.node("Conv", [x, g.weight("w2", g.rng.normal(size=(4, 3, 1, 1)))], "y")
    path = g.save(tmp_path / "bound.onnx", {"x": (1, 2, 8, 8)}, {"y": (1, 4, 8, 8)})
    network = float_network(path, images(64, 2, 8, 8))
    (pair,) = pairs(network.graph)
    assert pair.bound == 6
    for strength in (1.0, 0.5):
        other = equalized(network, strength, lambda stage: None)
        assert other is not None
        (first_after,) = [i for i in other.graph.weighted.values() if i.name == pair.first.name]
        ratio = pair.first.weights / first_after.weights
        np.testing.assert_allclose(ratio[0], 1, err_msg="it reaches 6")
        assert ratio[2].max() < 0.1
        wanted = network.interpreter.run(network.feeds)["y"]
        np.testing.assert_allclose(other.interpreter.run(network.feeds)["y"], wanted, atol=1e-4)


def float_network(path: Path, x: np.ndarray) -> Network:
    source = frontend.load(path, shapes={})
    steps = phases.passes({})
    names = [step.info.name for step in steps]
    canonical = [*steps[: names.index("FoldBatchNorm") + 1], GiveBias()]
    module = phases.transform(source.module, canonical)
    return Network(module, in_layout(module, {"x": x[:, None]}))


def test_a_network_built_to_be_hard_keeps_its_accuracy() -> None:
    """Channel ranges of 1000:1 and rare outliers, on digits: min-max alone would lose nearly all."""
    pytest.importorskip("sklearn")
    from examples.quantise.data import digits
    from examples.quantise.harden import glitches

    path = EXAMPLES / "digits_hard.onnx"
    (calibration, _), (x, labels) = glitches(), digits().test
    (wanted,) = run_onnx(path, x)
    compiled = tinycompile.compile(path, quantize=calibration, target="host")
    found = accuracy.run(compiled, {"image": x.transpose(0, 2, 3, 1)[:, None]})["scores"]
    assert top1(wanted, labels) - top1(found, labels) < 1
    steps = compiled.quantized.report["steps"]  # type: ignore[union-attr]
    assert float(steps[0].split(": ")[1].split(" dB")[0]) < 5, "min-max is not that bad"

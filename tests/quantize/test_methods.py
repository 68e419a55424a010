"""Ranges, rounding, equalisation, noise in weights: each does what it is for."""

from pathlib import Path

import numpy as np
import pytest

import tinycompile
from tests.quantize.models import Graph, images, run_onnx
from tinycompile.quantize import through_c, weights
from tinycompile.quantize.ladder import top1
from tinycompile.quantize.ranges import MIN_MAX, candidates, fake_quantize
from tinycompile.quantize.report import snr
from tinycompile.quantize.rounding import least_squares, moments
from tinycompile.quantize.statistics import Statistics

RNG = np.random.default_rng(0)
EXAMPLES = Path(__file__).parents[2] / "examples" / "quantise"


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


def test_channels_of_very_different_range_are_equalised(tmp_path: Path) -> None:
    g = Graph()
    spread = np.geomspace(1e-3, 1, 8).reshape(8, 1, 1, 1)
    first = g.weight("w1", g.rng.normal(size=(8, 2, 1, 1)) * spread)
    x = g.node("Relu", [g.node("Conv", ["x", first], "conv")], "relu")
    g.node(
        "Conv",
        [x, g.weight("w2", g.rng.normal(size=(4, 8, 1, 1)) / spread.reshape(1, 8, 1, 1))],
        "y",
    )
    path = g.save(tmp_path / "spread.onnx", {"x": (1, 2, 8, 8)}, {"y": (1, 4, 8, 8)})
    compiled = tinycompile.compile(path, quantize=images(64, 2, 8, 8), target="host")
    assert compiled.quantized is not None
    steps = compiled.quantized.report["steps"]
    assert any("equalised" in step and step.endswith("taken") for step in steps)
    plain = float(steps[0].split(": ")[1].split(" dB")[0])
    assert compiled.quantized.report["outputs"]["y"] > plain + 10


def test_a_network_built_to_be_hard_keeps_its_accuracy() -> None:
    """Channel ranges of 1000:1 and rare outliers, on digits: min-max alone would lose nearly all."""
    pytest.importorskip("sklearn")
    from examples.quantise.data import digits
    from examples.quantise.harden import glitches

    path = EXAMPLES / "digits_hard.onnx"
    (calibration, _), (x, labels) = glitches(), digits().test
    (wanted,) = run_onnx(path, x)
    compiled = tinycompile.compile(path, quantize=calibration, target="host")
    found = through_c.run(compiled, {"image": x.transpose(0, 2, 3, 1)[:, None]})["scores"]
    assert top1(wanted, labels) - top1(found, labels) < 1
    steps = compiled.quantized.report["steps"]  # type: ignore[union-attr]
    assert float(steps[0].split(": ")[1].split(" dB")[0]) < 5, "min-max is not that bad"

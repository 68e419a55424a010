"""Where the fastest kernels do not fit, as many layers as possible keep theirs."""

from pathlib import Path

import numpy as np
import pytest
import tflite

from tests.tflite_model import Model
from tinycompile import pipeline
from tinycompile.cmsis_nn import CmsisNN
from tinycompile.errors import OverBudget
from tinycompile.pipeline import Compiled

FAST = ["tc_dsp_pointwise_s8"] * 2 + ["tc_dsp_depthwise_conv2d_s8"] * 2
PORTABLE = ["tc_conv2d_s8"] * 2 + ["tc_depthwise_conv2d_s8"] * 2


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Pointwise convolutions, whose fast kernels take scratch, and depthwise ones, whose take more code."""
    rng, built = np.random.default_rng(0), Model()
    padding = {"padding": tflite.Padding.SAME, "strideH": 1, "strideW": 1}
    options = {**padding, "dilationHFactor": 1, "dilationWFactor": 1}
    names = ("x", "conv", "more", "first", "second")
    x, conv, more, first, second = (built.tensor(n, (1, 8, 8, 64), scale=0.1) for n in names)
    scales = np.full(64, 0.01)
    for i, (source, result) in enumerate([(x, conv), (conv, more)]):
        weights = rng.integers(-127, 128, (64, 1, 1, 64)).astype(np.int8)
        w = built.constant(f"v{i}", weights, scale=scales, axis=0)
        built.operator("CONV_2D", [source, w], [result], "Conv2DOptions", **options)
    for i, (source, result) in enumerate([(more, first), (first, second)]):
        weights = rng.integers(-127, 128, (1, 3, 3, 64)).astype(np.int8)
        w = built.constant(f"w{i}", weights, scale=scales, axis=3)
        built.operator(
            "DEPTHWISE_CONV_2D", [source, w], [result], "DepthwiseConv2DOptions", **options,
            depthMultiplier=1,
        )  # fmt: skip
    path = tmp_path / "model.tflite"
    path.write_bytes(built.build(inputs=[x], outputs=[second]))
    return path


def kernels(compiled: Compiled) -> list[str]:
    return [layer.kernel.symbol for layer in compiled.program.layers]


def need(compiled: Compiled, kind: str) -> int:
    total: int = compiled.report[kind]["total_bytes"]
    return total


@pytest.mark.parametrize(
    ("kind", "found", "named"),
    [
        ("ram", PORTABLE[:2] + FAST[2:], "'conv', 'more'"),
        ("flash", FAST[:2] + PORTABLE[2:], "'first', 'second'"),
    ],
)
def test_what_fits_stays_fast(
    kind: str, found: list[str], named: str, model: Path, any_copy: CmsisNN
) -> None:
    fast = pipeline.compile(model)
    small = pipeline.compile(model, kernels="portable")
    assert (kernels(fast), kernels(small)) == (FAST, PORTABLE)
    most, least = need(fast, kind), need(small, kind)
    assert most > least
    between = pipeline.compile(model, **{kind: most - 1})  # type: ignore[arg-type]
    assert kernels(between) == found
    assert need(between, kind) < most
    (note,) = between.report["notes"]
    assert note.startswith("to fit the budget, 2 layers take smaller, slower kernels")
    assert note.endswith(f": {named}")
    assert kernels(pipeline.compile(model, **{kind: most})) == FAST  # type: ignore[arg-type]
    assert need(pipeline.compile(model, **{kind: least}), kind) <= least  # type: ignore[arg-type]


def test_what_cannot_fit_says_the_least_that_is_needed(model: Path, any_copy: CmsisNN) -> None:
    with pytest.raises(
        OverBudget, match=r"model needs [\d,]+ bytes of RAM, .* larger target or raise"
    ):
        pipeline.compile(model, ram=4096)  # less than its input


def test_kernels_that_were_asked_for_stay(model: Path, any_copy: CmsisNN) -> None:
    with pytest.raises(
        OverBudget, match="choose a larger target, try --kernels auto or raise --ram"
    ):
        pipeline.compile(model, ram=4096, kernels="cmsis-nn")
    with pytest.raises(OverBudget, match="choose a larger target or raise --ram"):
        pipeline.compile(model, ram=4096, asked={"conv": FAST[0], "more": FAST[0]})

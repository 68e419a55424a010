"""--optimize speed: flash is spent where it is asked for and there."""

from pathlib import Path

import numpy as np
import pytest
import tflite

from tests.tflite_model import Model
from tinycompile import pipeline

WINOGRAD = "tc_dsp_conv2d_winograd_s8"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A 3x3 convolution of 16 channels."""
    rng, of = np.random.default_rng(0), Model()
    x = of.tensor("x", (1, 8, 8, 16), scale=0.05, zero_point=-3)
    w = of.constant("w", rng.integers(-127, 128, (16, 3, 3, 16)).astype(np.int8), scale=0.01)
    b = of.constant("b", np.zeros(16, np.int32), scale=0.0005)
    y = of.tensor("y", (1, 8, 8, 16), scale=0.4, zero_point=0)
    of.operator(
        "CONV_2D", [x, w, b], [y], "Conv2DOptions", version=3,
        padding=tflite.Padding.SAME, stride_h=1, stride_w=1,
        dilation_h_factor=1, dilation_w_factor=1,
    )  # fmt: skip
    path = tmp_path / "net.tflite"
    path.write_bytes(of.build([x], [y]))
    return path


def taken(model: Path, **how: object) -> str:
    compiled = pipeline.compile(model, target="cortex-m4", **how)
    return compiled.program.layers[0].kernel.symbol


@pytest.mark.parametrize("kernels", ["auto", "dsp"])
def test_flash_is_spent_where_it_is_asked_for(model: Path, kernels: str) -> None:
    assert taken(model, kernels=kernels) == "tc_dsp_conv2d_s8"
    assert taken(model, kernels=kernels, optimize="speed") == WINOGRAD
    assert taken(model, kernels=kernels, asked={"y": WINOGRAD}) == WINOGRAD


def test_flash_that_is_not_there_is_not_spent(model: Path) -> None:
    how = {"target": "cortex-m4", "optimize": "speed", "kernels": "dsp", "flash": 6000}
    compiled = pipeline.compile(model, **how)
    assert compiled.program.layers[0].kernel.symbol == "tc_dsp_conv2d_s8"
    assert compiled.source.notes[-1] == (
        "--optimize speed: what it would take exceeds the budget; without"
    )

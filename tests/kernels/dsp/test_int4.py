"""Layers with int4 weights: kernels for DSP cores keep them two a byte, and equal TFLite Micro."""

from pathlib import Path

import numpy as np
import pytest
import tflite

import tinycompile
from tests.operators.test_int4 import conv2d, weighted
from tests.tflite_model import Model
from tinycompile.pipeline import Compiled
from tinycompile.simulate import verify


def compiled(data: bytes, folder: Path, kernels: str = "auto") -> Compiled:
    path = folder / "model.tflite"
    path.write_bytes(data)
    return tinycompile.compile(path, target="cortex-m4", kernels=kernels)


@pytest.mark.parametrize(
    "case, symbol", [("1x1", "tc_dsp_pointwise_s8"), ("3x3", "tc_dsp_conv2d_patches_s8")]
)
def test_a_model_takes_half_the_flash_and_equals_tflite_micro(
    case: str, symbol: str, tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    small = compiled(conv2d(case, 48), tmp_path)
    assert [layer.kernel.symbol for layer in small.program.layers] == [symbol]
    plain = compiled(conv2d(case, 48, dtype="int8"), tmp_path, "portable")
    saved, rest = small.report["flash"]["packing_saves_bytes"], 48 * 16
    taken = [found.report["flash"]["constant_bytes"] for found in (small, plain)]
    assert saved == plain.program.layers[0].call.params["weights"].nbytes // 2
    assert taken[0] <= taken[1] - saved + rest
    done = verify.verify(small, verify.random_inputs(small, runs=3))
    assert done.largest_difference == 0


@pytest.mark.parametrize("windows", [(3, 3), (1, 5)])
def test_depthwise_convolutions(
    windows: tuple[int, int], tmp_path: Path, arm_gcc: str, qemu: str
) -> None:
    rng, model = np.random.default_rng(3), Model()
    x = model.tensor("x", (1, 6, 7, 33), scale=0.05, zero_point=-9)
    constants = weighted(model, rng, (1, *windows, 33), 3)
    y = model.tensor("y", (1, 6, 7, 33), scale=0.1, zero_point=-7)
    model.operator(
        "DEPTHWISE_CONV_2D", [x, *constants], [y], "DepthwiseConv2DOptions", version=7,
        padding=tflite.Padding.SAME, stride_h=1, stride_w=1, depth_multiplier=1,
    )  # fmt: skip
    small = compiled(model.build([x], [y]), tmp_path)
    assert [layer.kernel.symbol for layer in small.program.layers] == ["tc_dsp_depthwise_conv2d_s8"]
    assert small.report["flash"]["packing_saves_bytes"] > 33 * windows[0] * windows[1] / 3
    done = verify.verify(small, verify.random_inputs(small, runs=3))
    assert done.largest_difference == 0

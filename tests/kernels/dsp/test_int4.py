"""Layers with int4 weights: kernels for DSP cores keep them two a byte, and equal TFLite Micro."""

from pathlib import Path

import pytest

import tinycompile
from tests.operators.test_int4 import conv2d
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
